// A line of 400 ms and 50 KB/s: placeholders stand where the data will be, nothing jumps, and an act is done once.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { demo, inDemo } from './demo.mjs';
import { BASE_URL, browser, joined, open, PHONE, REFUSED, settled, shot } from './help.mjs';

const SLOW = { offline: false, latency: 400, downloadThroughput: 50 * 1024, uploadThroughput: 50 * 1024 };
const CLS_MAX = 0.01;
const SLOW_MS = 60_000;

describe('slow network', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  async function slowly({ who, ...options } = {}) {
    const one = await open(chrome, { allow: [REFUSED], ...options });
    await joined(one.context, one.page, who);
    await inDemo(one.page);
    one.context.setDefaultTimeout(SLOW_MS);
    await one.page.addInitScript(() => {
      window.shifts = [];
      window.placeholders = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
          if (!entry.hadRecentInput) window.shifts.push({ value: entry.value, at: Math.round(entry.startTime), what: entry.sources.map((one) => `${one.node?.nodeName} ${one.node?.className ?? ''} ${one.previousRect.y}>${one.currentRect.y} h${one.previousRect.height}>${one.currentRect.height}`) });
        }
      }).observe({ type: 'layout-shift', buffered: true });
      new MutationObserver(() => { if (document.querySelector('.skeleton')) window.placeholders += 1; }).observe(document, { childList: true, subtree: true });
    });
    const cdp = await one.context.newCDPSession(one.page);
    await cdp.send('Network.enable');
    await cdp.send('Network.emulateNetworkConditions', SLOW);
    return one;
  }

  for (const [name, options] of Object.entries({ desktop: {}, phone: { viewport: PHONE } })) {
    for (const screen of ['fleet', 'device']) {
      test(`the ${screen} comes without a jump on a ${name}`, async () => {
        const { page, clean, close } = await slowly(options);
        await page.goto(screen === 'fleet' ? '/fleet' : `/devices/${(await demo()).id}`);
        await page.locator('.skeleton').first().waitFor({ state: 'attached' });
        await shot(page, `slow-${screen}-${name}`);
        await page.locator(screen === 'fleet' ? '[role=grid]' : '.u-over, .frame .empty').first().waitFor();
        await settled(page);
        const { shifts, placeholders } = await page.evaluate(() => ({ shifts: window.shifts, placeholders: window.placeholders }));
        assert.ok(placeholders > 0, 'placeholders stood there');
        const sum = shifts.reduce((all, one) => all + one.value, 0);
        assert.ok(sum <= CLS_MAX, `shifted by ${sum.toFixed(4)}: ${JSON.stringify(shifts)}`);
        clean();
        await close();
      });
    }
  }

  test('an act shows that it works, and a double click asks once', async () => {
    const { page, clean, close } = await slowly({ who: { name: 'Sue Slow', own: true } });
    let asked = 0;
    page.on('request', (request) => { if (request.method() === 'PUT' && request.url().endsWith('/api/v1/me')) asked += 1; });
    await page.goto('/profile');
    await page.getByLabel('Your name').fill('Sue Slower');
    const save = page.getByRole('button', { name: 'Save' });
    const answered = page.waitForResponse((one) => one.request().method() === 'PUT' && one.url().endsWith('/api/v1/me'));
    await save.dblclick();
    await page.locator('button[aria-disabled=true] .spinner').waitFor();
    await answered;
    await page.locator('button[aria-disabled=true] .spinner').waitFor({ state: 'detached' });
    assert.equal(asked, 1);
    clean();
    await close();
  });
});
