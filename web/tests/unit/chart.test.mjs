// What a chart draws of more readings than it has columns of pixels.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';

const source = readFileSync(new URL('../../src/ui/chart-columns.ts', import.meta.url), 'utf8');
const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 } });
const { columns, strokes } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);

const TO = { left: 10, from: 100, wide: 2, top: 0, high: 50, tall: 1 };

function drawn(run, half) {
  const found = [];
  strokes({ moveTo: (x, y) => found.push([x, y]), lineTo: (x, y) => found.at(-1).push(y) }, run.map((one) => ({ from: one.top, to: one.bottom, ...one })), { middle: 0, half });
  return found;
}

test('a column of pixels has the least and the greatest of all that falls into it, the first and the last', () => {
  const times = [100, 100.1, 100.2, 100.5, 101];
  const levels = [20, 30, 10, 40, 41];
  assert.deepEqual(columns(times, levels, levels, 0, 4, TO), [[
    { x: 10, top: 20, bottom: 40, from: 30, to: 40 }, { x: 11, top: 10, bottom: 10, from: 10, to: 10 }, { x: 12, top: 9, bottom: 9, from: 9, to: 9 },
  ]]);
});

test('a gap parts what is drawn, and a time of another series does not', () => {
  const times = [100, 101, 102, 103, 104];
  const levels = [20, undefined, 20, null, 20];
  const runs = columns(times, levels, levels, 0, 4, TO);
  assert.deepEqual(runs.map((run) => run.map((one) => one.x)), [[10, 14], [18]]);
  assert.deepEqual(columns(times, [null, undefined], [null, undefined], 0, 1, TO), []);
});

test('a line has no holes, is as high as it is wide, and runs from the last reading of a column to the first of the next', () => {
  const line = drawn([{ x: 1, top: 10, bottom: 12 }, { x: 2, top: 30, bottom: 34, to: 30 }, { x: 4, top: 10, bottom: 11, from: 10 }], 1);
  assert.deepEqual(line, [[1, 9, 13], [2, 12, 35], [3, 19, 30], [4, 9, 20]]);
  for (let at = 1; at < line.length; at += 1) assert.ok(line[at][1] <= line[at - 1][2] && line[at - 1][1] <= line[at][2]);
});

test('a band keeps its edges, and what lies off the canvas is no work', () => {
  assert.deepEqual(drawn([{ x: 1, top: 10, bottom: 20 }, { x: 3, top: 20, bottom: 40 }], null), [[1, 10, 20], [2, 15, 30], [3, 20, 40]]);
  assert.deepEqual(drawn([{ x: -1e6, top: 0, bottom: 0 }, { x: 1, top: 0, bottom: 0 }], null).map(([x]) => x), [-1e6, 0, 1]);
});
