// What can be tested without a browser: pure functions of kit and ui, as Node reads TypeScript once its types are taken off.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';

async function load(path) {
  const source = readFileSync(new URL(`../../src/${path}`, import.meta.url), 'utf8');
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 } });
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`);
}

test('a missing bucket is a gap, and the next one is not moved', async () => {
  const { columns, summary } = await load('ui/chart.ts');
  const bucket = (second, mean) => ({ start: new Date(second * 1000).toISOString(), count: 1, min: mean - 1, max: mean + 1, mean });
  const found = columns([bucket(0, 5), bucket(10, 6), bucket(40, 7)], 10);
  assert.deepEqual(found.time, [0, 10, 20, 40]);
  assert.deepEqual(found.mean, [5, 6, null, 7]);
  assert.deepEqual(summary({ id: 'a', label: 'a', ...found }), { min: 4, max: 8, mean: 6, gaps: 1, last: { time: 40, value: 7 } });
});

test('spans in an address are read as written, and nonsense is none', async () => {
  const { rangeFrom, rangeText } = await load('kit/range.ts');
  assert.deepEqual(rangeFrom('24h', 86_400_000), { from: 0, to: 86_400, live: true });
  assert.deepEqual(rangeFrom(rangeText(100, 200), 0), { from: 100, to: 200, live: false });
  for (const text of ['', '0h', 'x~y', '2026-01-02~2026-01-01', '99999h']) assert.equal(rangeFrom(text, 0), null, text);
});

test('a chart opens on where its data is', async () => {
  const { rangeFrom, spanFor } = await load('kit/range.ts');
  const now = Date.parse('2026-11-18T12:00:00Z');
  const ago = (hours) => new Date(now - hours * 3_600_000).toISOString();
  assert.equal(spanFor([], now), '24h');
  assert.equal(spanFor([{ from: ago(0.2), to: ago(0) }], now), '1h');
  assert.equal(spanFor([{ from: ago(10), to: ago(1) }], now), '24h');
  assert.equal(spanFor([{ from: ago(9000), to: ago(1) }, { from: ago(1), to: ago(1) }], now), '7d');
  // It fell silent a month ago: the last day that has readings, and a little room.
  const old = rangeFrom(spanFor([{ from: ago(9000), to: ago(720) }], now), now);
  const last = Date.parse(ago(720)) / 1000;
  assert.ok(old.from === last - 86_400 && old.to > last && old.to < last + 3600 && !old.live);
});

test('a cell that a spreadsheet would run is text', async () => {
  const { csv } = await load('kit/files.ts');
  assert.equal(csv([['=1+1', 'a "b", c', -2, null]]), `'=1+1,"a ""b"", c",-2,\r\n`);
});

test('columns that do not fit go by their priority, the first never', async () => {
  const { fitting, sortFrom, sortText } = await load('ui/table.ts');
  const all = [{ id: 'a', width: 100 }, { id: 'b', width: 100, priority: 3 }, { id: 'c', width: 100, priority: 1 }];
  assert.deepEqual(fitting(all, 220).map((one) => one.id), ['a', 'c']);
  assert.deepEqual(fitting(all, 10).map((one) => one.id), ['a']);
  assert.equal(sortText(sortFrom('-last')), '-last');
});

test('what an answer says of the server\'s clock counts when it is sure of it', async () => {
  const { skewed } = await load('kit/skew.ts');
  const at = Date.parse('2026-11-18T12:00:00Z');
  const said = new Date(at).toUTCString();
  // Right, and slow answers: nothing to mend.
  assert.equal(skewed(0, said, at + 200, at + 300), 0);
  assert.equal(skewed(0, said, at - 4000, at + 9000), 0);
  const year = 365 * 86_400_000;
  const found = skewed(0, said, at + 400 + year, at + 500 + year);
  assert.ok(Math.abs(found + year) < 1000, String(found));
  // The next one, a second later, says the same and changes nothing.
  assert.equal(skewed(found, new Date(at + 1000).toUTCString(), at + 1400 + year, at + 1500 + year), found);
  for (const none of [null, '', 'soon']) assert.equal(skewed(7, none, at, at), 7);
  assert.equal(skewed(7, said, at + year, at), 7);
});
