// The icons that src/ui/icons.ts names, each as one path: a sprite would be one more file, parsed as a document of its own and
// copied into the page for every icon.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = new URL('..', import.meta.url).pathname;
const LUCIDE = join(ROOT, 'node_modules/lucide-static/icons');
/** With a line as wide as ours no hole is left in a circle this small: whether it is filled cannot be seen. */
const DOT_MAX = 0.75;

/** The names in src/ui/icons.ts. */
export function iconNames() {
  const text = readFileSync(join(ROOT, 'src/ui/icons.ts'), 'utf8');
  return [...text.matchAll(/^ {2}'([a-z0-9-]+)',$/gm)].map((match) => match[1]);
}

/** What SVG's basic shapes come to as paths (SVG 2, section 10), by their names. */
const SHAPES = {
  path: ({ d }) => absolute(d),
  line: ({ x1, y1, x2, y2 }) => `M${x1} ${y1}L${x2} ${y2}`,
  circle: ({ cx, cy, r }) => round(cx, cy, r, r),
  ellipse: ({ cx, cy, rx, ry }) => round(cx, cy, rx, ry),
  rect: ({ x, y, width, height, rx = '0', ry = rx }) => {
    const [wide, high] = [Number(width) - 2 * rx, Number(height) - 2 * ry];
    const corner = (right, down) => (rx === '0' ? '' : `a${rx} ${ry} 0 0 1 ${right * rx} ${down * ry}`);
    return `M${Number(x) + Number(rx)} ${y}h${wide}${corner(1, 1)}v${high}${corner(-1, 1)}h${-wide}${corner(-1, -1)}v${-high}${corner(1, -1)}z`;
  },
};

/** A path may begin with a relative move, which counts from zero there: behind another path it would count from its end. */
function absolute(d) {
  const begins = /^m\s*([-+]?(?:\d*\.\d+|\d+))[\s,]*([-+]?(?:\d*\.\d+|\d+))[\s,]*/.exec(d);
  if (!begins) return d;
  const rest = d.slice(begins[0].length);
  // Numbers that follow a relative move are relative lines (SVG 2, section 9.3.3).
  return `M${begins[1]} ${begins[2]}${/^[-+.\d]/.test(rest) ? 'l' : ''}${rest}`;
}

const round = (cx, cy, rx, ry) => `M${cx - rx} ${cy}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0z`;

/** Throws on a shape that we would draw in another way than it is meant. */
export function pathOf(name, svg) {
  const inner = svg.slice(svg.indexOf('>', svg.indexOf('<svg')) + 1, svg.lastIndexOf('</svg>'));
  return [...inner.matchAll(/<([a-z]+)\s([^>]*?)\/?>/g)].map(([, shape, text]) => {
    const { fill, ...given } = Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
    if (!Object.hasOwn(SHAPES, shape) || (fill !== undefined && !(given.r <= DOT_MAX))) throw new Error(`${name}: a ${shape} that cannot be one path`);
    return SHAPES[shape](given);
  }).join('');
}

/** `virtual:icons`: paths by name. */
export function icons() {
  return {
    name: 'fieldkeep-icons',
    resolveId: (id) => (id === 'virtual:icons' ? '\0icons' : null),
    load(id) {
      if (id !== '\0icons') return null;
      this.addWatchFile(join(ROOT, 'src/ui/icons.ts'));
      const paths = iconNames().map((name) => [name, pathOf(name, readFileSync(join(LUCIDE, `${name}.svg`), 'utf8'))]);
      return `export default ${JSON.stringify(Object.fromEntries(paths))}`;
    },
  };
}
