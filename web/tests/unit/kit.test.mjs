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

/** Buckets of `stepS`: their beginnings, each of one reading, which is its own beginning. */
const buckets = (stepS, time) => ({ stepS, time, min: time.map((one) => one - 1), max: time.map((one) => one + 1), mean: time, count: time.map(() => 1) });

test('a missing bucket is a gap, and the next one is not moved', async () => {
  const { gapped } = await load('console/device/buckets.ts');
  const { summary } = await load('ui/chart.ts');
  const found = gapped(buckets(10, [0, 10, 20, 80, 90]), 1, null);
  assert.deepEqual(found.time, [0, 10, 20, 30, 80, 90]);
  assert.deepEqual(found.mean, [0, 10, 20, null, 80, 90]);
  assert.deepEqual(summary({ id: 'a', label: 'a', ...found }), { min: -1, max: 91, mean: 40, gaps: 1, first: 0, last: { from: 90, to: 100, value: 90 } });
});

test('a device that begins to speak more often has not been silent before', async () => {
  const { gapped } = await load('console/device/buckets.ts');
  const minutes = Array.from({ length: 30 }, (_, at) => at * 60);
  const seconds = Array.from({ length: 200 }, (_, at) => 1800 + at * 5);
  assert.ok(!gapped(buckets(4, [...minutes, ...seconds]), 1, null).mean.includes(null), 'a reading each minute, and then each five seconds');
  const silent = [...minutes, ...seconds, ...seconds.map((at) => at + 1400)];
  assert.equal(gapped(buckets(4, silent), 1, null).mean.filter((one) => one === null).length, 1, 'six minutes of silence among seconds');
  assert.equal(gapped(buckets(4, minutes), 1, 5).mean.filter((one) => one === null).length, minutes.length - 1, 'what is declared counts');
});

test('a mean is of readings, and a row says which span it is of', async () => {
  const { rowsOf, summary } = await load('ui/chart.ts');
  const one = { id: 'a', label: 't', unit: '°C', time: [0, 60], min: [1, 9], mean: [2, 10], max: [3, 11], count: [3, 1], step: 60 };
  assert.equal(summary(one).mean, 4);
  assert.deepEqual(rowsOf([{ id: 'p', label: 'p', series: [one] }]), {
    head: ['from', 'to', 't (°C) min', 't (°C) mean', 't (°C) max', 't readings'],
    rows: [['1970-01-01T00:00:00.000Z', '1970-01-01T00:01:00.000Z', 1, 2, 3, 3], ['1970-01-01T00:01:00.000Z', '1970-01-01T00:02:00.000Z', 9, 10, 11, 1]],
  });
});

test('nobody zooms or pans to where nothing can be', async () => {
  const { within } = await load('ui/chart.ts');
  const bounds = { from: 100, to: 200 };
  assert.deepEqual(within({ from: 120, to: 150 }, bounds), { from: 120, to: 150 });
  assert.deepEqual(within({ from: 50, to: 80 }, bounds), { from: 100, to: 130 });
  assert.deepEqual(within({ from: 190, to: 230 }, bounds), { from: 160, to: 200 });
  assert.deepEqual(within({ from: -1e12, to: 1e12 }, bounds), bounds);
});

test('networks are those that the server takes', async () => {
  const { notNetwork } = await load('kit/networks.ts');
  for (const text of ['', '10.20.0.0/16', '0.0.0.0/0 ::/0', 'fd00::/8, 2001:db8::/32', '::ffff:10.0.0.0/104', '192.0.2.1/32', '2001:db8:0:0:0:0:0:1/128']) assert.equal(notNetwork(text), null, text);
  for (const text of ['10.20.0.1/16', '10.0.0.0', '10.0.0.0/33', '010.0.0.0/8', 'x/8', '::/129', '1:2:3:4:5:6:7:8:9/128', 'fd00::1/8', '::1::/128', 'g::/16', '10.0.0/8', '/8']) assert.equal(notNetwork(text), text, text);
});

test('spans in an address are read as written, and nonsense is none', async () => {
  const { rangeFrom, rangeText } = await load('kit/range.ts');
  assert.deepEqual(rangeFrom('24h', 86_400_000), { from: 0, to: 86_400, live: true });
  assert.deepEqual(rangeFrom(rangeText(100, 200), 0), { from: 100, to: 200, live: false });
  for (const text of ['', '0h', 'x~y', '2026-01-02~2026-01-01', '99999h', '1969-01-01~1971-01-01', '-271821-04-20~%2B275760-09-13', '2026-01-01~+010000-01-01']) assert.equal(rangeFrom(text, 0), null, text);
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
