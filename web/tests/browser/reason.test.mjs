// Whatever asks for a reason stops a blank one in the form, in words.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { demo, inDemo } from './demo.mjs';
import { asOperator, axe, BASE_URL, browser, joined, open, PHONE, REFUSED, shot } from './help.mjs';

describe('a reason', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  /** Each dialog that asks for one: where, what opens it, and its button. */
  const ASKED = {
    suspend: [async () => `/devices/${(await demo()).id}/events`, async (page) => {
      await page.getByRole('button', { name: 'What can be done' }).click();
      await page.getByRole('menuitem', { name: 'Suspend…' }).click();
    }, 'Suspend'],
    retire: [async () => `/devices/${(await demo()).id}/events`, async (page) => {
      await page.getByRole('button', { name: 'What can be done' }).click();
      await page.getByRole('menuitem', { name: 'Retire…' }).click();
      const { serial } = await demo();
      await page.getByRole('dialog').getByLabel(`Type ${serial} to go on`).fill(serial);
    }, 'Retire'],
    destroy: [async () => {
      const { project } = await demo();
      return `/quarantine/${(await asOperator('GET', `/projects/${project}/quarantine`)).items[0].id}`;
    }, (page) => page.getByRole('button', { name: /^Destroy/ }).click(), /^Destroy/],
    'break the glass': [async () => '/glass', (page) => page.getByRole('button', { name: 'Break the glass' }).first().click(), 'Break the glass'],
    'shut out': [async () => {
      const other = await open(chrome, { allow: [REFUSED] });
      await joined(other.context, other.page, { name: 'Out Sider', roles: [{ role: 'viewer', organization: (await demo()).organization }] });
      const { id } = await (await other.page.request.get('/api/v1/me')).json();
      await other.close();
      return `/people/${id}`;
    }, async (page) => {
      await page.getByRole('button', { name: 'Actions for Out Sider' }).click();
      await page.getByRole('menuitem', { name: 'Shut out' }).click();
    }, 'Shut out'],
  };

  for (const [name, [where, opens, verb]] of Object.entries(ASKED)) {
    test(`a blank one is stopped: ${name}`, async () => {
      const { context, page, clean, close } = await open(chrome, { viewport: name === 'destroy' ? PHONE : undefined, theme: name === 'retire' ? 'dark' : 'light', allow: [REFUSED] });
      await joined(context, page, { roles: name === 'break the glass' ? [{ role: 'custodian' }] : undefined, name: name === 'break the glass' ? 'Cus Todian' : undefined });
      await inDemo(page);
      const sent = [];
      page.on('request', (request) => { if (request.method() !== 'GET' && request.url().includes('/api/v1/')) sent.push(request.url()); });
      await page.goto(await where());
      await opens(page);
      const dialog = page.getByRole('dialog');
      const reason = dialog.getByRole('textbox', { name: 'Reason' });
      const button = dialog.getByRole('button', { name: verb, exact: typeof verb === 'string' }).last();
      for (const blank of ['', '   \t ']) {
        await reason.fill(blank);
        await button.press('Enter');
        await dialog.getByText('Say why in a few words').waitFor();
        assert.equal(await reason.getAttribute('aria-invalid'), 'true');
        assert.ok(await reason.evaluate((one) => one === document.activeElement), 'the field has the focus');
        assert.match(await reason.evaluate((one) => one.getAttribute('aria-describedby').split(' ').map((id) => document.getElementById(id).textContent).join(' ')), /Say why/);
      }
      await axe(page);
      await shot(page, `reason-${name.replaceAll(' ', '-')}`);
      assert.deepEqual(sent, [], 'nothing was sent');
      await reason.fill('a reason');
      await dialog.getByText('Say why in a few words').waitFor({ state: 'detached' });
      clean();
      await close();
    });
  }
});
