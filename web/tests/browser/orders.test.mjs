// Orders and their devices, and what is said of a file that is no hand-over file.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axe, BASE_URL, browser, joined, open, PHONE, REFUSED, settled, shot } from './help.mjs';

describe('orders', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  for (const [name, options] of Object.entries({ light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE } })) {
    test(`orders and one order stand in ${name}`, async () => {
      const { context, page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
      await joined(context, page);
      await page.goto('/orders');
      const grid = page.getByRole('grid', { name: 'Factory orders' });
      await grid.waitFor();
      await axe(page);
      await shot(page, `orders-${name}`);
      await grid.getByRole('link').first().focus();
      await page.keyboard.press('Enter');
      await page.getByRole('grid', { name: 'Devices of the order' }).waitFor();
      await page.getByRole('img', { name: /registered/ }).waitFor();
      await axe(page);
      await shot(page, `order-${name}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out sideways');
      clean();
      await close();
    });
  }

  test('a file that is no hand-over file is refused in words, and so is one whose signatures do not hold', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED, /status of 400/] });
    await joined(context, page);
    await page.goto('/orders');
    await page.getByRole('button', { name: 'Import a hand-over file' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import a hand-over file' });
    const give = async (text) => dialog.locator('input[type=file]').setInputFiles({ name: 'order.registry.json', mimeType: 'application/json', buffer: Buffer.from(text) });
    await give('{"maker"');
    await dialog.getByText('This is not a JSON file').waitFor();
    await give('{"id": "x", "statement": "y"}');
    await dialog.getByText('This is the work order alone').waitFor();
    await give(JSON.stringify({ maker: {}, order: {}, devices: [] }));
    await dialog.getByText('There are no devices in it').waitFor();
    await axe(page);
    const id = crypto.randomUUID();
    await give(JSON.stringify({
      maker: { id, name: 'Nobody', root_pem: 'x', voucher_key: 'AA==' }, order: { id, model: 'N-1', count: 1, statement: 'AA==' },
      devices: [{ device: id, serial: 'N-000001', model: 'N-1', voucher: 'AA==' }],
    }));
    await dialog.getByText('N-000001').waitFor();
    await shot(page, 'orders-import');
    await dialog.getByRole('button', { name: 'Import one device' }).click();
    await dialog.getByText('Nothing was taken from the file').waitFor();
    await axe(page);
    clean();
    await close();
  });

  test('who may not import is not offered it', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page, { name: 'Vera Viewer', roles: [{ role: 'viewer' }] });
    const answered = page.waitForResponse(/access\/rights/);
    await page.goto('/orders');
    await answered;
    await settled(page);
    assert.equal(await page.getByRole('button', { name: 'Import a hand-over file' }).count(), 0);
    clean();
    await close();
  });
});
