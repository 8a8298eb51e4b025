// The first hour, in minutes: from a server that was just set up to a reading that arrives as one looks.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { asOperator, authenticator, browser, joined, open, REFUSED, settled, shot } from './help.mjs';
import { FIELDKEEP_BIN, ownServer } from './server.mjs';

const SECONDS_MAX = 180;
const ASKED_MS = 500;
const EVENTUALLY_MS_MAX = 60_000;

/** Until the server says so: nothing tells this script by itself. */
async function eventually(ask) {
  for (const until = Date.now() + EVENTUALLY_MS_MAX; ;) {
    const found = await ask();
    if (found) return found;
    assert.ok(Date.now() < until, `still not: ${ask}`);
    await new Promise((done) => { setTimeout(done, ASKED_MS); });
  }
}

describe('first hour', { skip: FIELDKEEP_BIN === '' && 'no FIELDKEEP_BIN: it needs a server that was just set up' }, () => {
  let chrome;
  let server;
  before(async () => {
    chrome = await browser();
    server = await ownServer();
  });
  after(async () => {
    await chrome.close();
    await server.remove();
  });

  test('passkey, organization, project, site, a simulated device, and its first reading', async (told) => {
    const began = Date.now();
    await server.start();
    const link = await server.link();
    assert.ok(link, 'the server prints the first link');
    const { context, page, clean, close } = await open(chrome, { server, allow: [REFUSED] });
    await authenticator(context, page);
    await page.goto(link);
    await page.getByLabel('Your name').fill('Fia First');
    const address = page.getByLabel('E-mail address');
    if (await address.count() > 0) await address.fill('fia@example.com');
    await page.getByRole('button', { name: 'Join with a passkey' }).click();
    await page.getByLabel('I have stored it').check();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'You: Fia First' }).waitFor();
    // Nobody tells them an address: the page itself leads on.
    await page.getByRole('main').getByRole('link', { name: 'First steps' }).click();
    for (const [label, name] of [['Name of the organization', 'First company'], ['Name of the project', 'First project'], ['Name of the site', 'First site']]) {
      await page.getByLabel(label).fill(name);
      await page.keyboard.press('Enter');
    }
    await page.getByText('A real one', { exact: true }).waitFor();
    await settled(page);
    await shot(page, 'first-hour-device');
    // A server that does not know of simulated devices yet: all up to here was its own.
    const asked = await page.evaluate(async () => (await fetch('/api/v1/setup')).status);
    if (asked === 404) {
      clean();
      await close();
      return told.skip(`GET /setup answers 404: this server has no simulated devices yet. Up to the site it took ${((Date.now() - began) / 1000).toFixed(1)} s`);
    }
    await page.getByRole('button', { name: 'Start a simulated device' }).click();
    await page.getByText('Readings arrive as you look').waitFor({ timeout: 120_000 });
    const seconds = (Date.now() - began) / 1000;
    await shot(page, 'first-hour-reading');
    told.diagnostic(`from serve to the first reading on the page: ${seconds.toFixed(1)} s`);
    console.log(`first reading after ${seconds.toFixed(1)} s`);
    assert.ok(seconds < SECONDS_MAX, `${seconds} s`);
    clean();
    await close();
  });

  test('the commands for this machine are whole: run as they stand, they end in a reading', async () => {
    const organization = await asOperator('POST', '/organizations', { name: 'By hand' }, server);
    const project = await asOperator('POST', `/organizations/${organization.id}/projects`, { name: 'By hand' }, server);
    const site = await asOperator('POST', `/projects/${project.id}/sites`, { name: 'Desk' }, server);
    const { context, page, clean, close } = await open(chrome, { server, allow: [REFUSED] });
    await joined(context, page, { server, own: true });
    await page.goto(`/start?project=${project.id}&device=here`);
    const shown = await page.getByRole('region', { name: 'Command' }).innerText();
    await shot(page, 'first-hour-here');
    // Signals that the agent of this machine sends are declared, so that they are not held back.
    const running = server.shell(shown);
    try {
      const device = await eventually(async () => (await asOperator('GET', '/devices?q=PC-000001', undefined, server)).items.find((one) => one.state === 'made'));
      await asOperator('POST', `/devices/${device.id}/claim`, { organization: organization.id }, server);
      await eventually(async () => (await asOperator('GET', `/devices/${device.id}`, undefined, server)).state === 'claimed');
      await asOperator('POST', `/devices/${device.id}/install`, { project: project.id, site: site.id }, server);
      await eventually(async () => (await asOperator('GET', `/devices/${device.id}`, undefined, server)).last_seen);
    } finally {
      running.stop();
    }
    clean();
    await close();
  });
});
