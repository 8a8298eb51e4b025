// The first hour: it goes on where it was left, and a reading arrives on the page.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inDemo } from './demo.mjs';
import { organization } from './manage.mjs';
import { axe, BASE_URL, browser, joined, open, PHONE, REFUSED, shot } from './help.mjs';

describe('first steps', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  for (const [name, options] of Object.entries({ light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE } })) {
    test(`where everything is there, the first reading is shown in ${name}`, async () => {
      const { context, page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
      await joined(context, page);
      await inDemo(page);
      await page.goto('/start');
      await page.getByText('Readings arrive as you look').waitFor();
      await axe(page);
      await shot(page, `start-${name}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out sideways');
      clean();
      await close();
    });
  }

  test('from an organization of its own to a first reading', async (told) => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await inDemo(page);
    const made = await organization('Fresh');
    await page.goto(`/start?organization=${made.id}`);
    await page.getByLabel('Name of the project').fill('Trial');
    await axe(page);
    await page.keyboard.press('Enter');
    await page.getByLabel('Name of the site').waitFor();
    // It goes on where it was left.
    await page.reload();
    await page.getByLabel('Name of the site').fill('Roof');
    await page.keyboard.press('Enter');
    await page.getByText('A real one', { exact: true }).click();
    await page.getByText('fieldkeep-agent enroll').waitFor();
    await axe(page);
    await shot(page, 'start-device');
    await page.getByText('Simulated', { exact: true }).click();
    const begun = page.waitForResponse(/\/simulated$/);
    await page.getByRole('button', { name: 'Start a simulated device' }).click();
    if ((await begun).status() === 404) return told.skip('this server runs no simulated device');
    await page.getByText('Readings arrive as you look').waitFor({ timeout: 60_000 });
    await shot(page, 'start-arrived');
    clean();
    await close();
  });
});
