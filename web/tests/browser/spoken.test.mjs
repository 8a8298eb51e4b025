// What somebody hears who does not see the page: names, roles and states in the tree that the browser gives to readers of screens,
// and what is said by itself.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inDemo } from './demo.mjs';
import { asOperator, BASE_URL, browser, joined, open, REFUSED, settled } from './help.mjs';

describe('spoken', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  async function listening(path) {
    const one = await open(chrome, { allow: [REFUSED] });
    await joined(one.context, one.page);
    await inDemo(one.page);
    const cdp = await one.context.newCDPSession(one.page);
    /** Every node that is not left out, as role, name, description and properties. */
    const tree = async () => (await cdp.send('Accessibility.getFullAXTree')).nodes.filter((node) => !node.ignored).map((node) => ({
      role: node.role?.value, name: node.name?.value ?? '', description: node.description?.value ?? '',
      ...Object.fromEntries((node.properties ?? []).map((property) => [property.name, property.value.value])),
    }));
    if (path) {
      await one.page.goto(path);
      await settled(one.page);
    }
    return { ...one, tree };
  }

  async function speaking() {
    const { items } = await asOperator('GET', '/devices?state=installed&freshness=online&limit=1');
    return items[0];
  }

  test('a chart says what it shows, of when, the least, the greatest and the last', async () => {
    const { page, tree, clean, close } = await listening();
    const device = await speaking();
    await page.goto(`/devices/${device.id}?range=1h`);
    await page.locator('.u-over').first().waitFor();
    await settled(page);
    const nodes = await tree();
    const figure = nodes.find((one) => one.role === 'figure' && /: from /.test(one.name));
    assert.ok(figure, JSON.stringify(nodes.filter((one) => one.role === 'figure')));
    assert.match(figure.name, /\d{1,2}:\d{2}.* – .*\d{1,2}:\d{2}/, 'the span');
    assert.match(figure.name, /: from .+ to .+, mean .+;/, 'least and greatest');
    assert.match(figure.name, /From .+\d{1,2}:\d{2}.* to .+\d{1,2}:\d{2}.* the last of it: .+/);
    const keys = nodes.find((one) => one.role === 'application');
    assert.match(keys.name, /^Chart of .+ Arrows move, plus and minus zoom/);
    assert.ok(keys.focusable);
    for (const name of ['Zoom in', 'Zoom out', 'Show as a table', 'Download as CSV']) assert.ok(nodes.some((one) => one.role === 'button' && one.name === name), name);
    assert.equal(nodes.find((one) => one.name === 'Show as a table').pressed, 'false');
    await page.getByRole('button', { name: 'Show as a table' }).click();
    await page.getByRole('columnheader', { name: 'From' }).waitFor();
    const table = await tree();
    assert.equal(table.find((one) => one.name === 'Show as a table').pressed, 'true');
    assert.ok(table.filter((one) => one.role === 'columnheader').length >= 2);
    clean();
    await close();
  });

  test('the fleet says its columns, its order, how many rows there are and which is chosen', async () => {
    const { page, tree, clean, close } = await listening('/fleet');
    const { total } = await asOperator('GET', `/fleet/summary?project=${new URL(page.url()).searchParams.get('project')}`);
    await page.getByRole('button', { name: 'Device', exact: true }).click();
    await page.locator('[aria-sort=ascending], [aria-sort=descending]').first().waitFor();
    await settled(page);
    const snapshot = await page.getByRole('grid').ariaSnapshot();
    assert.match(snapshot, /^- grid "[^"]+"/);
    const grid = page.getByRole('grid');
    assert.equal(Number(await grid.getAttribute('aria-rowcount')), total + 1);
    const nodes = await tree();
    const headers = nodes.filter((one) => one.role === 'columnheader').map((one) => one.name);
    for (const name of ['Device', 'Heard', 'Last seen']) assert.ok(headers.some((one) => one.startsWith(name)), `${name} in ${headers}`);
    assert.equal(await page.getByRole('columnheader', { name: 'Device', exact: true }).getAttribute('aria-sort') === 'none', false);
    const said = page.getByRole('status').filter({ hasText: /Sorted by Device/ });
    await said.first().waitFor();
    const rows = nodes.filter((one) => one.role === 'row');
    assert.equal(rows[1].selected, false);
    await page.getByRole('row').nth(1).focus();
    await page.keyboard.press('x');
    assert.equal((await tree()).filter((one) => one.role === 'row')[1].selected, true);
    await page.getByRole('status').filter({ hasText: '1 selected' }).first().waitFor();
    clean();
    await close();
  });

  test('a dialog says its name, is modal, and has the focus; its fields say what they are', async () => {
    const device = await speaking();
    const { page, tree, clean, close } = await listening(`/devices/${device.id}/events`);
    await page.getByRole('button', { name: 'What can be done' }).click();
    await page.getByRole('menuitem', { name: 'Revoke…' }).click();
    await page.getByRole('dialog').waitFor();
    const nodes = await tree();
    const dialog = nodes.find((one) => one.role === 'dialog');
    assert.equal(dialog.name, `Revoke ${device.serial}?`);
    assert.equal(dialog.modal, true);
    const reason = nodes.find((one) => one.role === 'textbox' && one.name === 'Reason');
    assert.equal(reason.required, true);
    assert.match(reason.description, /It goes into the record/);
    assert.ok(nodes.some((one) => one.role === 'textbox' && one.name === `Type ${device.serial} to go on`));
    assert.ok(nodes.find((one) => one.role === 'button' && one.name === 'Revoke').disabled);
    assert.ok(await page.evaluate(() => document.querySelector('dialog[open]').contains(document.activeElement)));
    assert.ok(!nodes.some((one) => one.role === 'navigation'), 'what lies behind is not heard');
    clean();
    await close();
  });

  test('tiles say their signal, value and age, and live values are said politely and rarely', async () => {
    const { context, page, tree, clean, close } = await listening();
    const device = await speaking();
    const { readings } = await asOperator('GET', `/devices/${device.id}/latest`);
    const numbers = readings.filter((one) => typeof one.value === 'number');
    const metric = numbers[0].metric;
    await context.clock.install();
    // Values come many times a second, as those of a device in trouble do.
    const EVENTS = 400;
    const body = Array.from({ length: EVENTS }, (_, index) => `event: reading\ndata: ${JSON.stringify({ type: 'reading', device: device.id, latest: [{ metric, value: 900 + index, time: new Date().toISOString() }] })}\n\n`).join('');
    await page.route(/\/api\/v1\/events\?/, (route) => route.fulfill({ contentType: 'text/event-stream', body }));
    await page.addInitScript(() => {
      window.said = [];
      new MutationObserver(() => {
        const region = document.querySelector('[role=status][aria-live=polite]');
        const text = region?.textContent ?? '';
        if (text !== '' && window.said.at(-1)?.text !== text) window.said.push({ text, at: Date.now() });
      }).observe(document, { subtree: true, childList: true, characterData: true });
    });
    await page.goto(`/devices/${device.id}?range=1h&signals=${metric}`);
    await page.locator('.tiles a').first().waitFor();
    await page.locator('.tiles').getByText(String(900 + EVENTS - 1).slice(0, 2), { exact: false }).first().waitFor();
    const tile = (await tree()).find((one) => one.role === 'link' && one.name.startsWith(metric));
    assert.match(tile.name, /\d/, 'its value');
    assert.match(tile.name, /ago|now/, 'its age');
    for (let step = 0; step < 6; step += 1) await page.clock.runFor(10_000);
    const said = (await page.evaluate(() => window.said)).filter((one) => one.text.startsWith(metric));
    assert.ok(said.length >= 1 && said.length <= 5, JSON.stringify(said));
    for (const [index, one] of said.entries()) if (index > 0) assert.ok(one.at - said[index - 1].at >= 10_000, JSON.stringify(said));
    assert.ok(!(await tree()).some((one) => one.live === 'assertive'), 'nothing interrupts');
    clean();
    await close();
  });
});
