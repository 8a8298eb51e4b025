// `virtual:land`: coasts and borders for maps without a map server, taken at build time from Natural Earth's 1:110 m data
// (public domain, as packed by world-atlas). It stays the topology that it is: each arc stands once, in small differences.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const NAME = 'virtual:land';

export function land() {
  return {
    name: 'fieldkeep-land',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load(id) {
      if (id !== `\0${NAME}`) return undefined;
      const file = createRequire(import.meta.url).resolve('world-atlas/countries-110m.json');
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(outlines(JSON.parse(readFileSync(file, 'utf8')))))});`;
    },
  };
}

/** Rings of land as lists of arcs (a negative one runs backwards), and arcs that lie between two countries. */
export function outlines(atlas) {
  const used = new Map();
  for (const country of atlas.objects.countries.geometries) {
    for (const arc of country.arcs.flat(Infinity)) {
      const index = arc < 0 ? ~arc : arc;
      used.set(index, (used.get(index) ?? 0) + 1);
    }
  }
  const rings = atlas.objects.land.geometries.flatMap((shape) => (shape.type === 'Polygon' ? shape.arcs : shape.arcs.flat()));
  const borders = [...used].filter(([, count]) => count > 1).map(([index]) => index);
  return { scale: atlas.transform.scale, translate: atlas.transform.translate, arcs: atlas.arcs, rings, borders };
}
