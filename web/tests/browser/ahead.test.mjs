// What src/early.js asks the server for while the page is on its way is what the screen asks for first, and nothing is asked twice.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { demo, inDemo } from './demo.mjs';
import { BASE_URL, browser, joined, open, REFUSED, settled } from './help.mjs';

const SLOWER_MS_MAX = 1500;
const LINE = { offline: false, latency: 150, downloadThroughput: 200 * 1024, uploadThroughput: 100 * 1024 };

describe('ahead', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  /** Which answers were asked for, and which of them early, when a page is loaded over a slow line. */
  async function loadedAt(page, path, ready) {
    // The page before may still have a question to ask: a picture has none.
    await page.goto('/icon.svg');
    const asked = [];
    const pathOf = (url) => url.slice(url.indexOf('/api/v1/') + 7);
    const note = (request) => {
      if (request.method() === 'GET' && /\/api\/v1\/(?!events)/.test(request.url())) asked.push(pathOf(request.url()));
    };
    // A server that has much to do may want it asked again; that is no second question.
    const put = (answer) => { if ([429, 503].includes(answer.status())) asked.splice(asked.indexOf(pathOf(answer.url())), 1); };
    page.on('request', note);
    page.on('response', put);
    const since = Date.now();
    await page.goto(path);
    await page.locator(ready).first().waitFor();
    const ms = Date.now() - since;
    await settled(page);
    page.off('request', note);
    page.off('response', put);
    const left = await page.evaluate(() => [...(window.fieldkeepAhead?.keys() ?? ['all of it was forgotten'])]);
    return { asked, left, ms, twice: asked.filter((one, index) => asked.indexOf(one) !== index) };
  }

  async function slowly(who) {
    const one = await open(chrome, { allow: [REFUSED] });
    await joined(one.context, one.page, who);
    await inDemo(one.page);
    const cdp = await one.context.newCDPSession(one.page);
    await cdp.send('Network.enable');
    await cdp.send('Network.emulateNetworkConditions', LINE);
    return one;
  }

  test('a fleet and a device are asked for before the page is there, once', async () => {
    const { page, clean, close } = await slowly();
    const { id, project } = await demo();
    for (const [path, ready, early] of [
      [`/fleet?project=${project}`, '[role=grid] .line', [`/projects/${project}`, `/fleet/summary?project=${project}`, `/devices?project=${project}&sort=serial&order=asc&limit=200`]],
      [`/devices/${id}`, '.u-over', [`/devices/${id}`, `/devices/${id}/metrics`, `/devices/${id}/latest`]],
    ]) {
      const { asked, left, twice, ms } = await loadedAt(page, path, ready);
      assert.deepEqual(left, [], `${path}: asked for early and never taken`);
      assert.deepEqual(twice, [], `${path}: asked for twice`);
      for (const one of ['/me', '/organizations?limit=200', ...early]) assert.ok(asked.includes(one), `${path}: ${one} was not asked for`);
      assert.ok(!asked.some((one) => one.startsWith('/access/explain')), 'rights come in one answer for each place');
      // What was known at the last visit holds nothing up; rights are taken a while later.
      const again = await loadedAt(page, path, ready);
      assert.deepEqual([again.left.filter((one) => !one.includes('/access/rights')), again.twice], [[], []], `${path}, for the second time`);
      assert.ok(again.ms < ms + SLOWER_MS_MAX, `${path}: ${again.ms} ms at the second visit, ${ms} at the first`);
    }
    clean();
    await close();
  });

  test('where the person before was is not asked for twice', async () => {
    const { page, clean, close } = await slowly();
    const gone = '00000000-0000-4000-8000-000000000000';
    await page.goto('/people');
    await settled(page);
    await page.evaluate((scope) => localStorage.setItem('fieldkeep-scope', scope), `${gone}/`);
    const asked = [];
    page.on('request', (request) => { if (request.url().includes(gone)) asked.push(request.url()); });
    for (const visit of ['first', 'second']) {
      await page.goto('/people');
      await page.locator('main [role=row]').nth(1).waitFor();
      await page.waitForFunction((scope) => !localStorage.getItem('fieldkeep-scope')?.startsWith(scope), gone);
      assert.equal(asked.length, 1, `the ${visit} visit: ${asked.join(' ')}`);
    }
    clean();
    await close();
  });

  test('what somebody may not read is not asked for early either', async () => {
    const { organization } = await demo();
    const { page, clean, close } = await slowly({ name: 'Olga Orders', roles: [{ role: 'custodian', organization }] });
    const refused = [];
    page.on('response', (answer) => { if (answer.status() === 403) refused.push(new URL(answer.url()).pathname); });
    await page.goto(`/devices/${(await demo()).id}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await settled(page);
    assert.ok(!refused.some((path) => /\/(?:metrics|latest)$/.test(path)), refused.join(' '));
    clean();
    await close();
  });
});
