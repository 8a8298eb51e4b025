// What every browser test needs: a page that counts console errors, refused resources and axe's findings as failures.
// It starts no server: BASE_URL says where one is, OPERATOR_KEY_FILE names the key of its operator, SHOTS where pictures go.
// A test that needs a server of its own has one of server.mjs, and gives it as `server`.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterEach } from 'node:test';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { CSP, TYPES } from '../../scripts/policy.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

export const BASE_URL = process.env.BASE_URL ?? '';
export const WIDE = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 780 };
/** Of a page that a failed test left. */
const SAID_MAX = 4000;

/** The server that the tests are run against. */
const HERE = { base: BASE_URL, key: () => readFileSync(process.env.OPERATOR_KEY_FILE ?? '', 'utf8').trim() };
/** Requests that wait for their answer, by page: the event stream never ends and is none. */
const waiting = new WeakMap();
/** Pages that no test has closed: a test that failed leaves its own. */
const left = new Map();

// What a failed test was looking at: a wait that is over says only what did not come.
afterEach(async () => {
  for (const [page, faults] of left) {
    const [url, text] = await Promise.all([page.url(), page.evaluate(() => document.body.innerText).catch((thrown) => String(thrown))]);
    console.error(`left open at ${url}, waiting for ${[...waiting.get(page)].map((one) => one.url()).join(' ') || 'nothing'}, faults: ${faults.join('; ') || 'none'}\n${text.replaceAll(/\s*\n\s*/g, ' | ').slice(0, SAID_MAX)}`);
    if (process.env.SHOTS) await page.screenshot({ path: join(process.env.SHOTS, `left-open-${left.size}.png`) }).catch(() => undefined);
  }
  left.clear();
});

export async function browser(args = []) {
  return chromium.launch({ executablePath: CHROMIUM, args: [...ARGS, ...args] });
}

/**
 * A context of its own with a page. `faults` fills with what must not be: call `clean()` at the end. `allow` are patterns of
 * console errors that the test provokes, as the browser's own note of a refused request.
 */
export async function open(chrome, { viewport = WIDE, theme = 'light', locale = 'en-GB', allow = [], server = HERE, overlaid = true, touch = false } = {}) {
  const context = await chrome.newContext({
    viewport, locale, hasTouch: touch, colorScheme: theme, reducedMotion: 'reduce', baseURL: server.base, ignoreHTTPSErrors: true, timezoneId: 'Europe/Prague',
  });
  context.setDefaultTimeout(20_000);
  if (overlaid) await overlay(context, server);
  const page = await context.newPage();
  const asked = new Set();
  waiting.set(page, asked);
  page.on('request', (request) => { if (!request.url().includes('/api/v1/events')) asked.add(request); });
  for (const over of ['requestfinished', 'requestfailed']) page.on(over, (request) => asked.delete(request));
  const faults = [];
  await context.exposeFunction('fieldkeepFault', (fault) => faults.push(fault));
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => window.fieldkeepFault(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  });
  page.on('console', (message) => {
    if (message.type() === 'error' && !allow.some((pattern) => pattern.test(message.text()))) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`));
  left.set(page, faults);
  page.on('close', () => left.delete(page));
  return { context, page, clean: () => assert.deepEqual(faults, []), close: () => context.close() };
}

/** With DIST, the page's files come from there and the API from the server: to try a build on a server that has another. */
async function overlay(context, server) {
  const dist = process.env.DIST;
  if (!dist) return;
  await context.route((url) => url.origin === new URL(server.base).origin && !/^\/(?:api|oauth|oidc)\//.test(url.pathname), (route) => {
    const { pathname } = new URL(route.request().url());
    const path = join(dist, extname(pathname) === '' ? 'index.html' : pathname);
    return route.fulfill({ path, contentType: TYPES[extname(path)], headers: { 'Content-Security-Policy': CSP } });
  });
}

/** The browser's note of an answer that is no 2xx: every page without a session begins with a 401 to `/me`. */
export const REFUSED = /the server responded with a status of (?:401|403|404|409|429)/;

/** axe on what is shown now: WCAG 2.2 AA and its best practices. */
export async function axe(page, exclude = []) {
  // As a script of its own world: the page's policy lets in no text as code.
  const found = await page.evaluate(`${AXE}; axe.run({ exclude: ${JSON.stringify(exclude)} }, { resultTypes: ['violations'] })`);
  const words = found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(' ')}: ${node.failureSummary}`));
  assert.deepEqual(words, []);
}

/** A picture with the fonts there and nothing moving. */
export async function shot(page, name) {
  const folder = process.env.SHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled', caret: 'hide' });
}

/** An authenticator that says yes to everything. */
export async function authenticator(context, page) {
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  return { cdp, authenticatorId };
}

/** Asks the API as the operator, whose key has every explicit right: what a test needs to know or to have. */
export async function asOperator(method, path, body, server = HERE) {
  const answer = await fetch(new URL(`/api/v1${path}`, server.base), {
    method,
    headers: { Authorization: `Bearer ${server.key()}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  const text = await answer.text();
  return text === '' ? null : JSON.parse(text);
}

/** An invitation's link, made with the operator's key. */
export async function invite(address, roles = [{ role: 'owner' }], server = HERE) {
  const { link } = await asOperator('POST', '/invitations', { address, roles, days: 1 }, server);
  // The link names the people's name; here it is opened where the test is.
  return `/join${new URL(link).hash}`;
}

/** Presence is fresh for five minutes: a session that is shared for longer would be asked for a passkey that it does not have. */
const SHARED_MS = 200_000;
const shared = {
  get file() { return join(tmpdir(), `fieldkeep-tests-${createHash('sha256').update(HERE.base + HERE.key()).digest('hex').slice(0, 16)}.json`); },
  read() {
    try {
      return Object.fromEntries(Object.entries(JSON.parse(readFileSync(this.file, 'utf8'))).filter(([, one]) => Date.now() - one.at < SHARED_MS));
    } catch {
      return {};
    }
  },
  find(who) { return this.read()[who]?.cookies; },
  keep(who, cookies) { writeFileSync(this.file, JSON.stringify({ ...this.read(), [who]: { at: Date.now(), cookies } }), { mode: 0o600 }); },
};

/**
 * Somebody with these roles, signed in; an owner of the whole deployment when none are said. Whoever joined for an earlier test
 * a moment ago is signed in as they were. `own`: joins anew by a passkey of its own, and stands on the first screen; for tests
 * that change the person, their session, or ask for the passkey again.
 */
export async function joined(context, page, { name = 'Ada Byron', roles, language, own = false, authenticator: ready = false, server = HERE } = {}) {
  const who = JSON.stringify([name, roles, language]);
  const cookies = own || server !== HERE ? undefined : shared.find(who);
  if (cookies) {
    await context.addCookies(cookies);
    return name;
  }
  if (!ready) await authenticator(context, page);
  await page.goto(await invite(`${name.toLowerCase().replaceAll(' ', '.')}.${Date.now()}@example.com`, roles, server));
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Join with a passkey' }).click();
  await page.getByLabel('I have stored it').check();
  await page.getByRole('button', { name: 'Go on' }).click();
  // The page with the codes has a main part too: the frame is there once its menu is.
  await page.getByRole('button', { name: `You: ${name}` }).waitFor();
  if (language) await speaks(page, language);
  if (!own && server === HERE) shared.keep(who, await context.cookies());
  return name;
}

/** The language of whoever is signed in, from the next page on. */
async function speaks(page, language) {
  const status = await page.evaluate(async (language) => {
    const { name } = await (await fetch('/api/v1/me')).json();
    const answer = await fetch('/api/v1/me', { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name, language }) });
    return answer.status;
  }, language);
  assert.equal(status, 200);
}

/** Until nothing waits for an answer. */
export async function quiet(page) {
  const asked = waiting.get(page);
  while (asked.size > 0) await Promise.race(['requestfinished', 'requestfailed'].map((over) => page.waitForEvent(over).catch(() => undefined)));
}

const SETTLED_MS_MAX = 20_000;

/** Until what is shown has come: nothing is asked any more, nothing is a placeholder, and what came is drawn. */
export async function settled(page) {
  const asked = waiting.get(page);
  const until = Date.now() + SETTLED_MS_MAX;
  for (;;) {
    assert.ok(Date.now() < until, `still asking: ${[...asked].map((one) => one.url()).join(' ')}`);
    await page.waitForFunction(() => document.querySelector('h1') !== null && document.querySelector('.skeleton') === null && !document.querySelector('[aria-disabled=true] .spinner'));
    await quiet(page);
    await drawn(page);
    if (asked.size === 0 && await page.evaluate(() => document.querySelector('.skeleton') === null)) return;
  }
}

/** Two frames later: what was set is on the page. */
export const drawn = (page) => page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(() => done())); }));
