// A device: its values, its chart, what happened to it, what it is, and what can be done to it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { inDemo } from './demo.mjs';
import { asOperator, axe, BASE_URL, browser, joined, open, PHONE, REFUSED, settled, shot } from './help.mjs';

describe('device', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  let device;
  before(async () => {
    chrome = await browser();
    const { items } = await asOperator('GET', '/devices?state=installed&limit=100');
    const latest = await Promise.all(items.map(async (one) => ({ one, count: (await asOperator('GET', `/devices/${one.id}/latest`)).readings.length })));
    // The one that says the most.
    device = latest.sort((a, b) => b.count - a.count)[0].one;
  });
  after(async () => chrome.close());

  for (const [name, options] of Object.entries({ light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE }, spanish: { language: 'es' } })) {
    test(`its four tabs stand in ${name}`, async () => {
      const { context, page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
      await joined(context, page, { language: options.language });
      for (const tab of ['', '/signals', '/events', '/identity']) {
        await page.goto(`/devices/${device.id}${tab}`);
        await page.getByRole('heading', { name: device.serial, level: 1 }).waitFor();
        if (tab === '') await page.locator('.u-over').first().waitFor();
        else await page.locator('main [role=grid], main section').first().waitFor();
        await axe(page);
        await shot(page, `device${tab.replace('/', '-')}-${name}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${tab}: nothing sticks out sideways`);
      }
      clean();
      await close();
    });
  }

  test('a small phone and a wall of pixels: nothing sticks out', async () => {
    for (const [name, viewport] of [['320', { width: 320, height: 700 }], ['4k', { width: 3840, height: 2160 }]]) {
      const { context, page, clean, close } = await open(chrome, { viewport, allow: [REFUSED] });
      await joined(context, page);
      await inDemo(page);
      for (const [what, path] of [['fleet', '/fleet'], ['device', `/devices/${device.id}`], ['dashboard', '/dashboards/model%3ADX-1']]) {
        await page.goto(path);
        await settled(page);
        await shot(page, `${what}-${name}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${what} sticks out at ${name}`);
      }
      clean();
      await close();
    }
  });

  test('a reading changes the tiles, and draws no chart that it says nothing new to', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    // A pixel of a year is hours: the window does not move on while we look.
    await page.goto(`/devices/${device.id}?range=1y`);
    await page.locator('.u-over').first().waitFor();
    await settled(page);
    await page.evaluate(() => {
      const clear = CanvasRenderingContext2D.prototype.clearRect;
      window.drawn = 0;
      CanvasRenderingContext2D.prototype.clearRect = function counted(...given) {
        window.drawn += 1;
        return clear.apply(this, given);
      };
    });
    const seen = page.locator('main time').first();
    for (let turn = 0; turn < 3; turn += 1) {
      const before = await seen.getAttribute('datetime');
      await page.waitForFunction((last) => document.querySelector('main time').getAttribute('datetime') !== last, before);
    }
    assert.equal(await page.evaluate(() => window.drawn), 0);
    await page.locator('[role=application]').first().press('ArrowLeft');
    await page.waitForFunction(() => window.drawn > 0);
    clean();
    await close();
  });

  test('a year of three signals shares one cursor, as a table and as CSV too', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    const { readings } = await asOperator('GET', `/devices/${device.id}/latest`);
    const metrics = readings.filter((one) => typeof one.value === 'number').slice(0, 3).map((one) => one.metric);
    await page.goto(`/devices/${device.id}?range=1y&signals=${metrics.join(',')}`);
    await page.locator('.u-over').nth(metrics.length - 1).waitFor();
    assert.equal(await page.locator('.u-over').count(), metrics.length);
    const [over] = await page.locator('.u-over').all();
    await over.hover({ position: { x: 400, y: 60 } });
    await axe(page);
    await shot(page, 'device-stack');
    await page.getByRole('button', { name: 'Show as a table' }).click();
    await page.getByRole('columnheader', { name: 'From' }).waitFor();
    await axe(page);
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download as CSV' }).click()]);
    const text = readFileSync(await file.path(), 'utf8');
    assert.match(text, /^from,to,.* readings/);
    for (const metric of metrics) assert.ok(text.includes(metric));
    clean();
    await close();
  });

  test('the chart moves by keyboard and keeps its span in the address', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await page.goto(`/devices/${device.id}`);
    await page.locator('.u-over').first().waitFor();
    await page.getByRole('application').focus();
    await page.keyboard.press('+');
    await page.waitForURL(/range=.*(?:~|%7E)/);
    const narrow = new URL(page.url()).searchParams.get('range');
    await page.keyboard.press('ArrowLeft');
    await page.waitForFunction((before) => new URL(location.href).searchParams.get('range') !== before, narrow);
    await page.getByText('7\u202fd', { exact: true }).click();
    await page.waitForURL(/range=7d/);
    clean();
    await close();
  });

  test('whoever zooms out and pans without end stays where something can be', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await page.goto(`/devices/${device.id}?range=1y`);
    await page.locator('.u-over').first().waitFor();
    await page.getByRole('application').focus();
    for (let press = 0; press < 30; press += 1) await page.keyboard.press(press % 3 === 2 ? 'Shift+ArrowLeft' : '-');
    for (let press = 0; press < 10; press += 1) await page.keyboard.press('Shift+ArrowRight');
    await page.waitForURL(/range=.*(?:~|%7E)/);
    await settled(page);
    const [from, to] = new URL(page.url()).searchParams.get('range').split('~').map((one) => Date.parse(one));
    assert.ok(from >= 0 && from < to && to <= Date.now() + 60_000, page.url());
    await page.locator('.u-over').first().waitFor();
    assert.equal(await page.getByRole('alert').count(), 0);
    clean();
    await close();
  });

  test('a chart that goes home goes there once, and one that waits for its readings is no table without any', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    let held = Promise.resolve();
    let release = () => undefined;
    let asked = () => undefined;
    await page.route('**/buckets?*', async (route) => {
      asked();
      await held;
      await route.continue();
    });
    const hold = () => {
      held = new Promise((done) => { release = done; });
      return new Promise((done) => { asked = done; });
    };
    const caption = () => page.locator('figure.chart figcaption').textContent();
    await page.goto(`/devices/${device.id}`);
    await page.locator('.u-over').first().waitFor();
    await page.getByRole('application').focus();
    await page.keyboard.press('Shift+ArrowLeft');
    await page.waitForURL(/range=.*(?:~|%7E)/);
    await settled(page);
    const away = await caption();
    const waits = hold();
    await page.keyboard.press('Home');
    await waits;
    assert.notEqual((await caption()).split('. ')[1], away.split('. ')[1], 'it has jumped back');
    release();
    await settled(page);

    const waitsAsTable = hold();
    await page.goto(`/devices/${device.id}?as=table`);
    await waitsAsTable;
    await page.getByRole('button', { name: 'Show as a table' }).waitFor();
    assert.equal(await page.getByRole('columnheader', { name: 'From' }).count(), 0);
    assert.ok(await page.getByRole('button', { name: 'Download as CSV' }).isDisabled());
    release();
    await page.getByRole('columnheader', { name: 'From' }).waitFor();
    assert.match(await caption(), /lowest|minimum|mean/i, 'what it comes to is said beside a table too');
    clean();
    await close();
  });

  test('the last act counts: a pan that was just begun yields to the picker, and to another page', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await page.goto(`/devices/${device.id}`);
    await page.locator('.u-over').first().waitFor();
    await page.clock.install();
    await page.getByRole('application').focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByText('7\u202fd', { exact: true }).click();
    await page.clock.runFor(1000);
    assert.equal(new URL(page.url()).searchParams.get('range'), '7d');
    await page.getByRole('application').focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('link', { name: 'Events' }).first().click();
    await page.waitForURL(/\/events/);
    await page.clock.runFor(1000);
    assert.ok(!page.url().includes('~'), page.url());
    clean();
    await close();
  });

  test('readings that cannot be asked for leave the chart as it is, and the focus in it', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED, /status of 500/] });
    await joined(context, page);
    await page.goto(`/devices/${device.id}`);
    await page.locator('.u-over').first().waitFor();
    await page.route('**/buckets?*', (route) => route.fulfill({ status: 500, json: { title: 'internal', status: 500, detail: 'not today' } }));
    await page.getByRole('application').focus();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('alert').first().waitFor();
    assert.equal(await page.locator('.u-over').count(), 1);
    assert.equal(await page.evaluate(() => document.activeElement?.role), 'application');
    clean();
    await close();
  });

  test('a tile that is chosen keeps the focus wherever it goes', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await page.goto(`/devices/${device.id}`);
    await page.locator('.u-over').first().waitFor();
    const tile = page.locator('a.tile').last();
    const name = await tile.locator('.label').textContent();
    await tile.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/signals=/);
    await page.locator(`a.tile[aria-current] .label:text-is("${name}")`).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.querySelector('.label')?.textContent), name);
    clean();
    await close();
  });

  test('what the address says of span, signals and form is taken, and what cannot be read is said', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    const { readings } = await asOperator('GET', `/devices/${device.id}/latest`);
    const { metric } = readings.find((one) => typeof one.value === 'number');
    const [badSpan, badSignals] = [page.getByRole('status').filter({ hasText: 'The span in the address cannot be read' }), page.getByRole('status').filter({ hasText: 'Not all signals in the address can be shown' })];
    await page.goto(`/devices/${device.id}?range=yesterday&signals=${metric},nobody%2Fx`);
    await page.locator('.u-over').first().waitFor();
    await badSpan.waitFor();
    await badSignals.waitFor();
    await axe(page);
    await shot(page, 'device-address');
    // A table stays one when the page is opened anew, and goes on being one in the address.
    await page.getByRole('button', { name: 'Show as a table' }).click();
    await page.waitForURL(/as=table/);
    await page.reload();
    await page.getByRole('columnheader', { name: 'From' }).waitFor();
    await page.getByRole('button', { name: 'Show as a table' }).click();
    await page.locator('.u-over').first().waitFor();
    assert.doesNotMatch(page.url(), /as=table/);
    // Any span up to now, and the sentence about the other one is gone.
    await page.getByText('Other…', { exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Span of time' });
    await dialog.getByText('Up to now', { exact: true }).click();
    await dialog.getByLabel('How many').fill('6');
    await dialog.getByLabel('Of what').selectOption({ label: 'hours' });
    const asked = page.waitForRequest(/\/buckets/);
    await dialog.getByRole('button', { name: 'Show' }).click();
    await page.waitForURL(/range=6h/);
    const { searchParams } = new URL((await asked).url());
    assert.equal(Math.round((Date.parse(searchParams.get('to')) - Date.parse(searchParams.get('from'))) / 3_600_000), 6);
    await badSpan.waitFor({ state: 'detached' });
    clean();
    await close();
  });

  test('a signal of this device and of another is added', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await page.goto(`/devices/${device.id}`);
    await page.locator('.u-over').first().waitFor();
    await page.getByRole('button', { name: 'Add signals' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add signals' });
    await dialog.locator('input[type=checkbox]:not(:checked)').first().check();
    await axe(page);
    await shot(page, 'device-add');
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.waitForURL(/signals=[^&]+(?:,|%2C)/);
    await page.locator('.u-over').nth(1).waitFor();
    clean();
    await close();
  });

  test('it is suspended with a reason, says so at once, and is resumed', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    const { items } = await asOperator('GET', '/devices?state=installed&limit=100');
    const other = items.find((one) => one.id !== device.id);
    await page.goto(`/devices/${other.id}/events`);
    await page.getByRole('button', { name: 'What can be done' }).click();
    await axe(page);
    await shot(page, 'device-menu');
    await page.getByRole('menuitem', { name: 'Suspend…' }).click();
    const dialog = page.getByRole('dialog', { name: `Suspend ${other.serial}?` });
    await dialog.getByLabel('Reason').fill('filter is changed');
    await axe(page);
    await dialog.getByRole('button', { name: 'Suspend', exact: true }).click();
    await page.getByRole('button', { name: 'Resume…' }).click();
    const back = page.getByRole('dialog', { name: `Resume ${other.serial}?` });
    await back.getByLabel('Reason').fill('filter is changed');
    await back.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.getByRole('button', { name: 'Resume…' }).waitFor({ state: 'detached' });
    const now = await asOperator('GET', `/devices/${other.id}`);
    assert.equal(now.state, 'installed');
    clean();
    await close();
  });

  test('revoking asks for the serial number, and a viewer is offered nothing', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await page.goto(`/devices/${device.id}/events`);
    await page.getByRole('button', { name: 'What can be done' }).click();
    await page.getByRole('menuitem', { name: 'Revoke…' }).click();
    const dialog = page.getByRole('dialog', { name: `Revoke ${device.serial}?` });
    await dialog.getByLabel('Reason').fill('stolen');
    assert.ok(await dialog.getByRole('button', { name: 'Revoke', exact: true }).isDisabled());
    await dialog.getByLabel(`Type ${device.serial} to go on`).fill(device.serial);
    assert.ok(await dialog.getByRole('button', { name: 'Revoke', exact: true }).isEnabled());
    await axe(page);
    await shot(page, 'device-revoke');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    clean();
    await close();
    const second = await open(chrome, { allow: [REFUSED] });
    await joined(second.context, second.page, { name: 'Vic Viewer', roles: [{ role: 'viewer', organization: device.organization }] });
    await second.page.goto(`/devices/${device.id}/signals`);
    await second.page.getByRole('grid').waitFor();
    await settled(second.page);
    assert.equal(await second.page.getByRole('button', { name: 'What can be done' }).count(), 0);
    second.clean();
    await second.close();
  });

  test('its values follow by themselves, without asking again', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await page.goto(`/devices/${device.id}`);
    await page.locator('.tile').first().waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    const values = () => page.locator('.tile .value').allInnerTexts();
    const before = await values();
    let asked = 0;
    page.on('request', (request) => { if (request.url().endsWith('/latest')) asked += 1; });
    await page.waitForFunction((old) => [...document.querySelectorAll('.tile .value')].some((one, index) => one.innerText !== old[index]), before, { timeout: 15_000 });
    assert.equal(asked, 0);
    clean();
    await close();
  });

  test('a device that is not there says so', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await page.goto('/devices/00000000-0000-4000-8000-000000000000');
    await page.getByRole('heading', { name: 'There is no such device' }).waitFor();
    await axe(page);
    clean();
    await close();
  });
});
