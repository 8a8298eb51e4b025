// What the screens look like with data in them, kept as pictures. The answers of a server are kept too (answers.json.gz): each
// page is drawn from them at the time when they were given, so that the same bytes come out each time. FIELDKEEP_RECORD=1 asks
// the demo's server for them anew (BASE_URL, as for the other tests); write the pictures after that.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { compare, GOLDEN, LOOKS, painter, picture, serving, WEB } from './golden.mjs';
import { asOperator, BASE_URL, browser, joined, open, REFUSED, settled } from './help.mjs';

const FILE = join(GOLDEN, 'answers.json.gz');
const DIST = join(WEB, 'dist');
const RECORDS = process.env.FIELDKEEP_RECORD === '1' && BASE_URL !== '';
const DEVICE_RANGE = '6h';
const RECORDING_MS_MAX = 90_000;
const KEPT_TYPES = /^application\//;

/** What is shown, by name; the ids are of the demo that was asked. */
const pagesOf = (ids) => ({
  fleet: '/fleet',
  device: `/devices/${ids.device}?range=${DEVICE_RANGE}`,
  dashboard: `/dashboards/${ids.dashboard}`,
  quarantine: '/quarantine',
  sites: '/sites',
  people: '/people',
  record: '/record',
});

const keyOf = (method, url) => `${method} ${url.pathname}${url.search}`;
const scoped = (page, scope) => page.addInitScript((place) => localStorage.setItem('fieldkeep-scope', place), scope);

/** The event stream is open and says nothing: nothing moves, and no clock but the page's own is heard of. */
const silent = (page) => page.addInitScript(() => {
  const real = window.fetch;
  window.fetch = (input, init) => {
    if (!String(input).includes('/api/v1/events')) return real(input, init);
    const body = new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode(': here\n\n')) });
    return Promise.resolve(new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }));
  };
});

/** Asks for every page on a running demo, and keeps what was answered. */
async function record() {
  const chrome = await browser();
  const [device] = (await asOperator('GET', '/devices?q=CS-000001')).items;
  const boards = await asOperator('GET', `/projects/${device.project}/dashboards`);
  // A little later than all that is answered: nothing of it lies in the future.
  const now = new Date(Math.floor((Date.now() + RECORDING_MS_MAX) / 1000) * 1000);
  const kept = { now: now.toISOString(), scope: `${device.organization}/${device.project}`, ids: { device: device.id, dashboard: boards.items[0].id }, answers: {} };
  for (const look of [LOOKS.light, LOOKS.phone]) {
    const { context, page, close } = await open(chrome, { ...look, allow: [REFUSED, /./] });
    await joined(context, page, { own: true });
    await scoped(page, kept.scope);
    await silent(page);
    await page.clock.setFixedTime(now);
    await page.route('**/api/v1/**', async (route) => {
      const url = new URL(route.request().url());
      const answer = await route.fetch();
      const body = await answer.body();
      kept.answers[keyOf(route.request().method(), url)] = { status: answer.status(), type: answer.headers()['content-type'] ?? '', body: body.toString('base64') };
      // The page goes by the server's clock: it stands still too.
      return route.fulfill({ response: answer, body, headers: { ...answer.headers(), date: now.toUTCString() } });
    });
    for (const path of Object.values(pagesOf(kept.ids))) {
      await page.goto(path);
      await settled(page);
      // What waits for a decision is counted for the side bar, once the page has time: the same for every screen.
      const counted = Object.keys(kept.answers).some((key) => key.endsWith('/quarantine?limit=500'));
      if (!counted) await page.waitForResponse(/\/quarantine\?limit=500$/);
    }
    await page.unrouteAll({ behavior: 'wait' });
    await close();
  }
  await chrome.close();
  assert.ok(Object.values(kept.answers).every((one) => one.type === '' || KEPT_TYPES.test(one.type)), 'the API answers as data');
  writeFileSync(FILE, gzipSync(JSON.stringify(kept), { level: 9 }));
}

/** The page meets what was answered then; what was not asked then is not there, and the test says what it was. */
async function replay(page, kept) {
  const unknown = [];
  await silent(page);
  await page.route('**/api/v1/**', (route) => {
    const key = keyOf(route.request().method(), new URL(route.request().url()));
    const found = kept.answers[key];
    if (!found) {
      unknown.push(key);
      return route.fulfill({ status: 404, contentType: 'application/problem+json', body: '{"type":"/problems/not-found","title":"not found","status":404}' });
    }
    return route.fulfill({ status: found.status, contentType: found.type, body: Buffer.from(found.body, 'base64'), headers: { Date: new Date(kept.now).toUTCString() } });
  });
  await scoped(page, kept.scope);
  await page.clock.setFixedTime(new Date(kept.now));
  return unknown;
}

describe('golden screens', { skip: (!existsSync(join(DIST, 'index.html')) && 'no dist: npm run build') || (!RECORDS && !existsSync(FILE) && 'no answers: FIELDKEEP_RECORD=1') }, () => {
  let chrome;
  let base;
  let stop;
  let kept;
  before(async () => {
    if (RECORDS) await record();
    kept = JSON.parse(gunzipSync(readFileSync(FILE)));
    ({ base, stop } = await serving(DIST));
    chrome = await painter();
  });
  after(async () => {
    await chrome.close();
    stop();
  });

  for (const name of Object.keys(pagesOf({}))) {
    for (const [look, options] of Object.entries(LOOKS)) {
      test(`${name} in ${look}`, async (told) => {
        const { page, clean, close } = await open(chrome, { ...options, server: { base }, overlaid: false, allow: [REFUSED] });
        const unknown = await replay(page, kept);
        await page.goto(pagesOf(kept.ids)[name]);
        await settled(page);
        // What waits for a decision stands in the side bar; it is asked for when the page has time.
        if (look !== 'phone') await page.locator('nav .badge').first().waitFor();
        const now = await picture(page);
        assert.deepEqual(unknown, [], 'asked for what was not asked when the answers were kept: FIELDKEEP_RECORD=1');
        clean();
        await close();
        compare(told, chrome, `screen-${name}-${look}`, now);
      });
    }
  }
});
