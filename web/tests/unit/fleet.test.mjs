// What the fleet's screens work out by themselves.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';

/** A module of src without imports at run time. */
async function load(path) {
  const source = readFileSync(new URL(`../../src/console/${path}`, import.meta.url), 'utf8');
  const { outputText } = ts.transpileModule(source, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 } });
  return import(`data:text/javascript,${encodeURIComponent(outputText)}`);
}

/** As the server writes it: see the contract of `application/vnd.fieldkeep.buckets`. */
function packed(start, step, rows) {
  const view = new DataView(new ArrayBuffer(24 + rows.length * 28));
  for (const [index, char] of [...'FKB1'].entries()) view.setUint8(index, char.charCodeAt(0));
  view.setUint32(4, rows.length, true);
  view.setFloat64(8, start, true);
  view.setFloat64(16, step, true);
  for (const [index, [min, max, mean, count]] of rows.entries()) {
    for (const [column, value] of [min, max, mean].entries()) view.setFloat64(24 + (column * rows.length + index) * 8, value, true);
    view.setUint32(24 + rows.length * 24 + index * 4, count, true);
  }
  return view.buffer;
}

test('binary buckets are read, and empty ones are left out', async () => {
  const { unpacked } = await load('device/buckets.ts');
  const found = unpacked(packed(1000, 10, [[1, 3, 2, 4], [NaN, NaN, NaN, 0], [5, 7, 6, 1]]));
  assert.deepEqual(found, { stepS: 10, time: [1000, 1020], min: [1, 5], max: [3, 7], mean: [2, 6], count: [4, 1] });
  assert.throws(() => unpacked(packed(0, 1, [[1, 1, 1, 1]]).slice(0, 40)), /cut short/);
  assert.throws(() => unpacked(new ArrayBuffer(0)), /cut short/);
});

test('an hourly reading in narrow buckets is a line, and a silent day in it a gap', async () => {
  const { gapped } = await load('device/buckets.ts');
  const time = [0, 3600, 7200, 90_000, 93_600];
  const found = gapped({ stepS: 96, time, min: time, max: time, mean: time, count: time.map(() => 1) }, 1, null);
  assert.deepEqual(found.time, [0, 3600, 7200, 10_800, 90_000, 93_600]);
  assert.equal(found.mean[3], null);
  assert.equal(found.mean.filter((one) => one === null).length, 1);
});

test('a limit is drawn when values come near it, and not when it would flatten them', async () => {
  const { near } = await load('device/buckets.ts');
  assert.equal(near({ min: -40, max: 85 }, 20, 22), null);
  assert.equal(near({ min: -40, max: 25 }, 18, 24), 25);
  assert.equal(near({ min: 0, max: 1000 }, 1, 5), 0);
  assert.equal(near(null, 1, 5), null);
});

test('signals go into an address and come back', async () => {
  const { isWhole, signalsFrom, signalsText } = await load('device/signals.ts');
  const [me, you] = ['0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4e', '0190c2f4-6f3a-4d1e-9c2b-7f0a1b2c3d4f'];
  const all = [{ device: me, metric: 'rack/1:fan.2' }, { device: you, metric: 'UV-A' }];
  assert.deepEqual(signalsFrom(signalsText(all, me), me), all);
  assert.ok(isWhole(signalsText(all, me), me) && isWhole('', me));
  for (const wrong of ['%', '<script>', 'nobody/UV-A', `${you}/a b`, 'é']) {
    assert.deepEqual(signalsFrom(wrong, me), [], wrong);
    assert.ok(!isWhole(`UV-A,${wrong}`, me), wrong);
  }
});

test('a place is two numbers on the earth, and the map shows every place', async () => {
  const { framed, lines, locationFrom } = await load('sites/map.ts');
  assert.deepEqual(locationFrom(' 50.08, 14.43 '), [50.08, 14.43]);
  assert.deepEqual(locationFrom('53,531; 9,961'), [53.531, 9.961]);
  assert.deepEqual(locationFrom('-33,9 151'), null);
  assert.deepEqual(locationFrom('50,14'), [50, 14]);
  assert.equal(locationFrom(''), undefined);
  for (const wrong of ['50', '91, 0', '0, 181', 'a, b', '1, 2, 3']) assert.equal(locationFrom(wrong), null, wrong);
  for (const places of [[{ latitude: 50, longitude: 14 }], [{ latitude: -33.9, longitude: 151.2 }, { latitude: 64.1, longitude: -21.9 }]]) {
    const frame = framed(places, 800, 300);
    for (const { latitude, longitude } of places) {
      assert.ok(frame.x(longitude) >= 0 && frame.x(longitude) <= 800);
      assert.ok(frame.y(latitude) >= 0 && frame.y(latitude) <= 300);
    }
    const { meridians, parallels } = lines(frame);
    assert.ok(meridians.length > 1 && meridians.length < 12 && parallels.length > 0 && parallels.length < 6);
  }
});

test('rules of a project are checked before they are sent', async () => {
  const { emptyRow, fault, metricsFrom, rowsFrom } = await load('sites/rules.ts');
  const row = { ...emptyRow(), name: 'temperature', unit: 'Cel', min: '-40', max: '85', period: '60' };
  assert.equal(fault(row, [row]), null);
  assert.equal(fault({ ...row, name: ' ' }, [row]), 'name');
  assert.equal(fault({ ...row }, [row]), 'twice');
  assert.equal(fault({ ...row, max: '' }, []), 'range');
  assert.equal(fault({ ...row, max: '-41' }, []), 'order');
  assert.equal(fault({ ...row, period: '0' }, []), 'period');
  const settings = { metrics: { temperature: { unit: 'Cel', range: [-40, 85], period_s: 60 } } };
  assert.deepEqual(metricsFrom(rowsFrom(settings)), settings.metrics);
});

test('a revoked device may be claimed again, a retired one may not', async () => {
  const { resolve } = await load('claim/parse.ts');
  const device = (id, state) => ({ id, serial: id, state, organization: 'ours' });
  const found = resolve(['A-1', 'A-2', 'A-3'], [device('A-1', 'revoked'), device('A-2', 'retired'), device('A-3', 'installed')], 'ours');
  assert.deepEqual(found.map((one) => one.fault), [undefined, 'over', 'yours']);
});
