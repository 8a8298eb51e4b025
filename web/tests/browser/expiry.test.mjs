// A session that is ended from elsewhere while a form is half filled in: one signs in over the page, and what was typed is sent.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { asOperator, axe, BASE_URL, browser, joined, open, REFUSED, shot } from './help.mjs';
import { organization } from './manage.mjs';

describe('expiry', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  test('signed out everywhere in mid-form: asked in place, and sent after', async () => {
    const company = await organization('Expiry test');
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page, { name: 'Emil Ended', roles: [{ role: 'owner', organization: company.id }], own: true });
    await page.goto('/projects');
    await page.getByRole('button', { name: 'New project' }).first().click();
    const form = page.getByRole('dialog', { name: 'New project' });
    await form.getByLabel('Name').fill('Kept through it all');
    // Elsewhere: another browser of the same person.
    const elsewhere = await open(chrome, { allow: [REFUSED] });
    await elsewhere.context.addCookies(await context.cookies());
    await elsewhere.page.goto('/profile');
    const ended = await elsewhere.page.evaluate(async () => (await fetch('/api/v1/me/sessions/end-all', { method: 'POST' })).status);
    assert.equal(ended, 204);
    await elsewhere.close();
    let sent = 0;
    page.on('request', (request) => { if (request.method() === 'POST' && request.url().endsWith('/projects')) sent += 1; });
    await form.getByRole('button', { name: 'Make it' }).click();
    const gate = page.getByRole('dialog', { name: 'Sign in again' });
    await gate.waitFor();
    assert.equal(await form.getByLabel('Name').inputValue(), 'Kept through it all');
    await axe(page);
    await shot(page, 'expiry-gate');
    await gate.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('heading', { name: 'Kept through it all', level: 1 }).waitFor();
    assert.equal(sent, 2, 'refused once, and sent once');
    const { items } = await asOperator('GET', `/organizations/${company.id}/projects`);
    assert.deepEqual(items.map((one) => one.name), ['Kept through it all']);
    clean();
    await close();
  });
});
