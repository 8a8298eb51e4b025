// Certificates by their end, the authorities above them, and what revoking does, said before.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axe, BASE_URL, browser, joined, open, PHONE, REFUSED, shot } from './help.mjs';

describe('certificates', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  for (const [name, options] of Object.entries({ light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE } })) {
    test(`certificates stand in ${name}`, async () => {
      const { context, page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
      await joined(context, page);
      await page.goto('/certificates');
      await page.getByText('Root of the deployment').waitFor();
      await page.getByRole('grid', { name: 'Certificates of devices' }).waitFor();
      await axe(page);
      await shot(page, `certificates-${name}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out sideways');
      await page.getByText('Revoked', { exact: true }).click();
      await page.waitForURL(/state=revoked/);
      clean();
      await close();
    });
  }

  test('revoking says its effect and asks for the serial and a reason; the root can be taken away', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await page.goto('/certificates');
    await page.getByRole('button', { name: /^Actions for/ }).first().press('Enter');
    await page.getByRole('menuitem', { name: 'Revoke the device…' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: /^Revoke / });
    await dialog.getByText('closed within a second').waitFor();
    assert.ok(await dialog.getByRole('button', { name: /^Revoke / }).isDisabled());
    await axe(page);
    await shot(page, 'certificates-revoke');
    await page.keyboard.press('Escape');
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download the certificate of Root of the deployment' }).click()]);
    assert.match(file.suggestedFilename(), /\.pem$/);
    clean();
    await close();
  });
});
