// A device whose clock is wrong: what is shown is by the server's, and it is said once.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { demo, inDemo } from './demo.mjs';
import { asOperator, axe, BASE_URL, browser, joined, open, PHONE, REFUSED, settled, shot } from './help.mjs';

const YEAR_MS = 365 * 86_400_000;
/** An age that no device of the demo has. */
const ABSURD = /\b(?:in\s)?\d+\s?(?:y|yr|yrs|mo)\b/;

describe('a clock that is wrong', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  /** A device that spoke a moment ago. */
  async function speaking() {
    const { project } = await demo();
    const { items } = await asOperator('GET', `/devices?project=${project}&freshness=online&limit=1`);
    return items[0];
  }

  for (const [name, shift, says] of [['ahead', 2 * YEAR_MS, 'ahead'], ['behind', -2 * YEAR_MS, 'behind']]) {
    test(`two years ${name}: ages, live values and spans are the server's`, async () => {
      const { context, page, clean, close } = await open(chrome, { viewport: name === 'behind' ? PHONE : undefined, allow: [REFUSED] });
      await joined(context, page);
      await inDemo(page);
      await context.clock.install({ time: Date.now() + shift });
      const device = await speaking();
      const asked = [];
      page.on('request', (request) => { if (request.url().includes('/buckets')) asked.push(new URL(request.url()).searchParams); });
      await page.goto(`/devices/${device.id}?range=1h`);
      await page.locator('.u-over').first().waitFor();
      const note = page.getByRole('status').filter({ hasText: 'This device’s clock is' });
      assert.match(await note.innerText(), new RegExp(`is 7(?:29|3\\d)\\sdays?.* ${says}\\. Times here follow the server`));
      await axe(page);
      await shot(page, `clock-${name}`);
      const ages = await page.locator('.tiles').allInnerTexts();
      assert.ok(ages.length > 0 && !ages.some((one) => ABSURD.test(one)), ages.join(' | '));
      assert.equal(await page.locator('.tiles .stale').count(), 0, 'a live value is not grey');
      for (const query of asked) assert.ok(Math.abs(Date.parse(query.get('to')) - Date.now()) < 120_000, `buckets to ${query.get('to')}`);
      assert.ok(asked.length > 0);
      await page.getByRole('main').getByRole('button', { name: 'Close' }).click();
      await note.waitFor({ state: 'detached' });
      for (const path of ['/fleet', '/certificates', '/jobs', '/profile', '/record', '/health']) {
        await page.goto(path);
        await settled(page);
        const wrong = await page.locator('main time').evaluateAll((all, now) => all.filter((one) => Math.abs(Date.parse(one.dateTime) - now) < 300 * 86_400_000 && /y|mo/.test(one.textContent)).map((one) => `${one.dateTime}: ${one.textContent}`), Date.now());
        assert.deepEqual(wrong, [], path);
      }
      clean();
      await close();
    });
  }

  test('a clock that is right is not spoken of', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await page.goto('/fleet');
    await settled(page);
    assert.equal(await page.getByText("This device's clock").count(), 0);
    clean();
    await close();
  });
});
