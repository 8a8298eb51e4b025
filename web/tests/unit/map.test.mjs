// The map's outline: Natural Earth as it is packed, and what becomes of it in a frame.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import ts from 'typescript';
import { outlines } from '../../scripts/land.mjs';

const atlas = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('world-atlas/countries-110m.json'), 'utf8'));

async function load(path, change = (text) => text) {
  const source = change(readFileSync(new URL(`../../src/${path}`, import.meta.url), 'utf8'));
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 } });
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`);
}

const words = JSON.stringify(outlines(atlas));
const { outline } = await load('console/sites/outline.ts', (text) => text.replace("import land from 'virtual:land';", `const land: any = ${words};`));
const { framed } = await load('console/sites/map.ts');

test('every arc between two countries is a border, and no coast is one', () => {
  const { borders, rings, arcs } = outlines(atlas);
  const coast = new Set(rings.flat().map((index) => (index < 0 ? ~index : index)));
  assert.ok(borders.length > 200 && borders.every((index) => index < arcs.length && !coast.has(index)));
});

test('coasts are drawn where places are, and not once around the world', () => {
  const world = { ...framed([], 1800, 900), west: -180, north: 90, perLongitude: 5, perLatitude: 5, x: (at) => (at + 180) * 5, y: (at) => (90 - at) * 5 };
  const { land } = outline(world);
  for (const ring of land.split('M').slice(1)) {
    const across = ring.replace('Z', '').split('L').map((point) => Number(point.split(',')[0]));
    assert.ok(across.every((x, index) => index === 0 || Math.abs(x - across[index - 1]) < 900), ring.slice(0, 80));
  }
  const europe = outline(framed([{ latitude: 60, longitude: 25 }, { latitude: 37, longitude: -6 }], 800, 300));
  assert.ok(europe.land.length < land.length && europe.borders.length > 0);
});

test('a single town has no outline: coasts this coarse would be wrong there', () => {
  assert.equal(outline(framed([{ latitude: 50, longitude: 14 }], 800, 300)), null);
});
