// What every browser test needs: a page that counts console errors, refused resources and axe's findings as failures.
// It starts no server: BASE_URL says where one is, OPERATOR_KEY_FILE names the key of its operator, SHOTS where pictures go.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { CSP, TYPES } from '../../scripts/policy.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ARGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

export const BASE_URL = process.env.BASE_URL ?? '';
export const WIDE = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 780 };

export async function browser() {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGS });
}

/**
 * A context of its own with a page. `faults` fills with what must not be: call `clean()` at the end. `allow` are patterns of
 * console errors that the test provokes, as the browser's own note of a refused request.
 */
export async function open(chrome, { viewport = WIDE, theme = 'light', locale = 'en-GB', allow = [] } = {}) {
  const context = await chrome.newContext({
    viewport, locale, colorScheme: theme, reducedMotion: 'reduce', baseURL: BASE_URL, ignoreHTTPSErrors: true, timezoneId: 'Europe/Prague',
  });
  context.setDefaultTimeout(8000);
  await overlay(context);
  const page = await context.newPage();
  const faults = [];
  await context.exposeFunction('fieldkeepFault', (fault) => faults.push(fault));
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => window.fieldkeepFault(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  });
  page.on('console', (message) => {
    if (message.type() === 'error' && !allow.some((pattern) => pattern.test(message.text()))) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`));
  return { context, page, clean: () => assert.deepEqual(faults, []), close: () => context.close() };
}

/** With DIST, the page's files come from there and the API from the server: to try a build on a server that has another. */
async function overlay(context) {
  const dist = process.env.DIST;
  if (!dist) return;
  await context.route((url) => url.origin === new URL(BASE_URL).origin && !/^\/(?:api|oauth|oidc)\//.test(url.pathname), (route) => {
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

/** An invitation's link, made with the operator's key. */
export async function invite(address, roles = [{ role: 'owner' }]) {
  const key = readFileSync(process.env.OPERATOR_KEY_FILE ?? '', 'utf8').trim();
  const answer = await fetch(new URL('/api/v1/invitations', BASE_URL), {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ address, roles, days: 1 }),
  });
  assert.equal(answer.status, 201, await answer.clone().text());
  const { link } = await answer.json();
  // The link names the people's name; here it is opened where the test is.
  return `/join${new URL(link).hash}`;
}

/** Joins by passkey and stands on the first screen afterwards. Returns the name that was given. */
export async function joined(context, page, { name = 'Ada Byron', roles, authenticator: ready = false } = {}) {
  if (!ready) await authenticator(context, page);
  await page.goto(await invite(`${name.toLowerCase().replaceAll(' ', '.')}.${Date.now()}@example.com`, roles));
  await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Join with a passkey' }).click();
  await page.getByLabel('I have stored it').check();
  await page.getByRole('button', { name: 'Go on' }).click();
  // The page with the codes has a main part too: the frame is there once its menu is.
  await page.getByRole('button', { name: `You: ${name}` }).waitFor();
  return name;
}

/** The language of whoever is signed in, from the next page on. */
export async function speaks(page, language) {
  const status = await page.evaluate(async (language) => {
    const { name } = await (await fetch('/api/v1/me')).json();
    const answer = await fetch('/api/v1/me', { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name, language }) });
    return answer.status;
  }, language);
  assert.equal(status, 200);
}

/** Asks the API as the operator: what a test needs to know or to have. */
export async function asOperator(method, path, body) {
  const key = readFileSync(process.env.OPERATOR_KEY_FILE ?? '', 'utf8').trim();
  const answer = await fetch(new URL(`/api/v1${path}`, BASE_URL), {
    method, headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' }, ...(body ? { body: JSON.stringify(body) } : {}),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.status === 204 ? null : answer.json();
}

/** Until what is shown has come. The network itself is never idle: the event stream stays open. */
export async function settled(page) {
  await page.waitForFunction(() => document.querySelector('h1') !== null && document.querySelector('.skeleton') === null && !document.querySelector('[aria-disabled=true] .spinner'));
  await page.waitForTimeout(250);
}
