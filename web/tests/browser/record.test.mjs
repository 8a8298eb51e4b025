// Who did what: days, names, what changed, and filters that are the address.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { axe, BASE_URL, browser, joined, open, PHONE, REFUSED, shot } from './help.mjs';

describe('record', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  for (const [name, options] of Object.entries({ light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE } })) {
    test(`the record stands in ${name}`, async () => {
      const { context, page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
      await joined(context, page);
      await page.goto('/record?verb=device.install');
      await page.getByText('installed a device').nth(1).waitFor();
      await page.keyboard.press('j');
      await page.locator('details.act > summary:focus').waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('table', { name: 'installed a device' }).waitFor();
      await axe(page);
      await shot(page, `record-${name}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out sideways');
      clean();
      await close();
    });
  }

  test('filters are the address, and what is shown is what is exported', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    const name = await joined(context, page, { own: true });
    await page.goto('/record');
    await page.locator('details.act').getByText(name).first().waitFor();
    await page.getByLabel('What').selectOption('registry.');
    await page.locator('details.act').getByText('imported a hand-over file').first().waitFor();
    assert.match(page.url(), /verb=registry\./);
    await page.reload();
    await page.locator('details.act').getByText('imported a hand-over file').first().waitFor();
    const shown = await page.locator('details.act').count();
    await page.getByRole('button', { name: 'Export' }).click();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: /CSV/ }).click()]);
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
    assert.equal(lines.length, shown + 1);
    await page.goto('/record?to=2020-01-01');
    await page.getByRole('heading', { name: 'Nothing on record fits' }).waitFor();
    await axe(page);
    await page.getByRole('button', { name: 'Clear filters' }).last().click();
    await page.locator('details.act').getByText(name).first().waitFor();
    clean();
    await close();
  });

  test('who may not read the record is told what is missing', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page, { name: 'Ina Installer', roles: [{ role: 'installer' }] });
    await page.goto('/record');
    await page.getByRole('alert').getByText(/record\.read/).waitFor();
    await axe(page);
    clean();
    await close();
  });
});
