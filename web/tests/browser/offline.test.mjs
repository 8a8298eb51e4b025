// The network goes away soon after a page was opened: nothing that was known is forgotten, and nobody asks in a storm.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inDemo } from './demo.mjs';
import { BASE_URL, browser, joined, open, settled } from './help.mjs';

const GONE = /ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to load resource|Failed to fetch/;
const WATCHED_MS = 5000;
const REQUESTS_MAX = 10;

describe('offline', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  test('what may be done stays known while the network is away', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [/status of 401/, GONE] });
    await joined(context, page);
    await inDemo(page);
    const menu = () => page.getByRole('navigation', { name: 'Screens' }).getByRole('link').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
    // Once, so that the next visit recalls what was answered and asks again while the network goes.
    await page.goto('/people');
    await page.getByRole('heading', { name: 'People', level: 1 }).waitFor();
    await settled(page);
    await page.goto('/fleet');
    await page.getByRole('heading', { name: 'Fleet', level: 1 }).waitFor();
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link').first().waitFor();
    await new Promise((done) => { setTimeout(done, 2000); });
    const full = await menu();
    assert.ok(full.includes('/people'), full.join(' '));

    let asked = 0;
    page.on('request', () => { asked += 1; });
    // Where files come from DIST, a route answers without a network: it is gone for that too.
    const gone = (route) => route.abort('internetdisconnected');
    await context.route('**/*', gone);
    await context.setOffline(true);
    await new Promise((done) => { setTimeout(done, WATCHED_MS); });
    assert.ok(asked < REQUESTS_MAX, `${asked} requests in ${WATCHED_MS} ms`);
    assert.deepEqual(await menu(), full);

    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'People' }).click();
    await page.getByRole('alert').getByText('The server cannot be reached').waitFor();
    assert.equal(await page.getByText('not yours').count(), 0);
    assert.deepEqual(await menu(), full);

    await context.unroute('**/*', gone);
    await context.setOffline(false);
    await page.getByRole('heading', { name: 'People', level: 1 }).waitFor({ timeout: 25_000 });
    await page.getByRole('link', { name: 'Ada Byron' }).first().waitFor({ timeout: 25_000 });
    await settled(page);
    assert.deepEqual(await menu(), full);
    clean();
    await close();
  });
});
