// The health of the deployment, in words, and asked again by itself.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axe, BASE_URL, browser, joined, open, PHONE, REFUSED, shot } from './help.mjs';

describe('health', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  for (const [name, options] of Object.entries({ light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE } })) {
    test(`health stands in ${name}`, async () => {
      const { context, page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
      await joined(context, page);
      if (name === 'light') await page.clock.install();
      await page.goto('/health');
      await page.getByRole('list', { name: 'Checks' }).getByText('Database').waitFor();
      await page.getByText('Disk free').waitFor();
      await axe(page);
      await shot(page, `health-${name}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out sideways');
      if (name === 'light') await Promise.all([page.waitForResponse(/\/api\/v1\/health$/), page.clock.fastForward(30_000)]);
      clean();
      await close();
    });
  }
});
