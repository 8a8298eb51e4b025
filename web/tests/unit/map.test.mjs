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
const { clustered } = await load('console/sites/cluster.ts');

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

test('marks never lie on each other, and no site is lost', () => {
  // A fixed walk over the picture, denser to the left.
  const points = Array.from({ length: 2000 }, (_, index) => ({ id: index, x: ((index * 7919) % 800) ** 1.2 / 4, y: (index * 104_729) % 300 }));
  const found = clustered(points, 800, 300);
  assert.ok(found.length > 20 && found.length < 160, String(found.length));
  const inside = points.filter((one) => one.x <= 800);
  assert.equal(found.reduce((sum, one) => sum + one.members.length, 0), inside.length);
  assert.equal(new Set(found.flatMap((one) => one.members.map((member) => member.id))).size, inside.length);
  for (const [index, one] of found.entries()) {
    for (const other of found.slice(index + 1)) assert.ok(Math.hypot(one.x - other.x, one.y - other.y) >= 24, JSON.stringify([one.x, one.y, other.x, other.y]));
  }
});

test('looking closer brings apart what stands a street away', () => {
  const pair = [{ latitude: 50, longitude: 14 }, { latitude: 50.001, longitude: 14.001 }];
  const marks = (frame) => clustered(pair.map((one) => ({ ...one, x: frame.x(one.longitude), y: frame.y(one.latitude) })), 800, 300);
  assert.equal(marks(framed([...pair, { latitude: 51, longitude: 15 }], 800, 300)).length, 1);
  assert.equal(marks(framed(pair, 800, 300, true)).length, 2);
});
