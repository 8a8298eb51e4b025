// The server dies under an open page, and comes back: the page says so, loses nothing, and goes on.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { asOperator, axe, browser, joined, open, REFUSED, shot } from './help.mjs';
import { FIELDKEEP_BIN, ownServer, withDevice } from './server.mjs';

describe('restart', { skip: FIELDKEEP_BIN === '' && 'no FIELDKEEP_BIN: it needs a server of its own to kill' }, () => {
  let chrome;
  let server;
  let own;
  before(async () => {
    server = await ownServer();
    await server.start();
    own = await withDevice(server, (method, path, body) => asOperator(method, path, body, server));
    own.speak();
    chrome = await browser();
  });
  after(async () => {
    await chrome?.close();
    await own?.silence();
    await server?.remove();
  });

  test('a killed server is missed with the age of what is shown, and found again with new data', async () => {
    const { context, page, clean, close } = await open(chrome, { server, allow: [REFUSED, /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/] });
    await joined(context, page, { server });
    await page.goto(`/devices/${own.device.id}`);
    await page.getByText('live', { exact: true }).waitFor();
    await page.locator('.tile .value').first().waitFor();
    // A form that is half filled in.
    await page.goto('/sites');
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Add a site' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Add a site' });
    await dialog.getByLabel('Name').fill('Half of a na');
    await server.kill('SIGKILL');
    await page.getByText('not live').waitFor();
    await page.getByText(/The server cannot be reached/).first().waitFor();
    await page.getByText(/Shown is what it said .*ago/).waitFor();
    await axe(page);
    await shot(page, 'restart-lost');
    // It is sent all the same: refused, and kept.
    await dialog.getByRole('button', { name: 'Add the site' }).click();
    await dialog.getByRole('alert').getByText('The server cannot be reached').waitFor();
    assert.equal(await dialog.getByLabel('Name').inputValue(), 'Half of a na');
    await server.start();
    await page.getByText(/Shown is what it said/).waitFor({ state: 'hidden', timeout: 40_000 });
    await page.getByText('live', { exact: true }).waitFor({ timeout: 40_000 });
    assert.equal(await dialog.getByLabel('Name').inputValue(), 'Half of a na');
    await dialog.getByLabel('Name').fill('A whole name');
    await dialog.getByRole('button', { name: 'Add the site' }).click();
    await page.getByRole('heading', { name: 'A whole name', level: 1 }).waitFor();
    clean();
    await close();
  });

  test('an open device goes on by itself, with what was measured meanwhile', async () => {
    const { context, page, clean, close } = await open(chrome, { server, allow: [REFUSED, /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/] });
    await joined(context, page, { server });
    await page.goto(`/devices/${own.device.id}`);
    await page.getByText('live', { exact: true }).waitFor();
    await page.locator('.tile .value').first().waitFor();
    await page.evaluate(() => { window.stayed = true; });
    await server.kill('SIGKILL');
    await page.getByText('not live').waitFor();
    const killed = Date.now();
    await server.start();
    await page.getByText('live', { exact: true }).waitFor({ timeout: 40_000 });
    // A value that came after the server was back, by the stream. The agent waits longer after each time that it finds nobody.
    const before = await page.locator('.tile .value').allInnerTexts();
    await page.waitForFunction((old) => [...document.querySelectorAll('.tile .value')].some((one, index) => one.innerText !== old[index]), before, { timeout: 90_000 });
    assert.equal((await asOperator('GET', `/devices/${own.device.id}`, undefined, server)).held, 0, 'nothing was held back');
    assert.equal(await page.evaluate(() => window.stayed), true, 'it was never loaded anew');
    // What the device measured while nobody listened is there as well.
    const { readings } = await asOperator('GET', `/devices/${own.device.id}/readings?metric=load_1&from=${new Date(killed - 10_000).toISOString()}&to=${new Date().toISOString()}`, undefined, server);
    const times = readings.map((one) => Date.parse(one.time));
    const widest = Math.max(...times.slice(1).map((time, index) => time - times[index]));
    assert.ok(widest < 4000, `no gap: the widest is ${widest} ms`);
    clean();
    await close();
  });
});
