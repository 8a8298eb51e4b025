// Programs and their keys: made, rotated, withdrawn, shut out.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axe, BASE_URL, browser, settled, shot } from './help.mjs';
import { operator, organization, person, standing } from './manage.mjs';

describe('programs', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  let company;
  before(async () => {
    chrome = await browser();
    company = await organization('Programs test');
  });
  after(async () => chrome.close());

  test('its screens stand', async () => {
    const account = await operator('POST', '/service-accounts', { name: 'Energy report', organization: company.id });
    const soon = new Date(Date.now() + 5 * 86_400_000).toISOString();
    await operator('POST', '/keys', { name: 'server 1', role: 'program-reader', organization: company.id, account: account.id, expires_at: soon });
    await operator('POST', '/keys', { name: 'server 2', role: 'security', organization: company.id, account: account.id, rights: ['device.revoke'] });
    await standing(chrome, 'programs', ['/programs', `/programs/${account.id}`, '/programs/none', '/programs/none?make=true']);
  });

  test('a program is made with a key that works, is rotated, and stops when it is withdrawn', async () => {
    const { page, clean, close } = await person(chrome, 'Olga Prime');
    await page.goto('/programs');
    await page.getByRole('button', { name: 'Make a program' }).first().click();
    await page.getByRole('dialog').getByLabel('Name').fill('Night reports');
    await page.getByRole('dialog').getByLabel('Organization').selectOption({ label: company.name });
    await page.getByRole('dialog').getByRole('button', { name: 'Make a program' }).click();
    const making = page.getByRole('dialog', { name: 'Make a key' });
    await making.getByLabel('What it is for').fill('server 3');
    await making.getByRole('group', { name: /Newly possible/ }).getByText('read measurements').waitFor();
    await making.getByRole('button', { name: 'Make a key' }).click();
    const shown = page.getByRole('dialog', { name: 'Secret of server 3' });
    const secret = await shown.getByRole('listitem').innerText();
    assert.match(secret, /^fk_svc_/);
    await axe(page);
    await shot(page, 'programs-secret');
    await shown.getByText('With a short token').click();
    await shown.getByText(/grant_type=client_credentials/).waitFor();
    await shot(page, 'programs-oauth');
    await shown.getByLabel('I have stored it').check();
    await shown.getByRole('button', { name: 'Close' }).last().click();
    const asks = async () => (await fetch(new URL('/api/v1/organizations', BASE_URL), { headers: { Authorization: `Bearer ${secret}` } })).status;
    assert.equal(await asks(), 200);

    await page.getByRole('button', { name: 'Rotate' }).click();
    const next = page.getByRole('dialog', { name: /^Secret of/ });
    assert.notEqual(await next.getByRole('listitem').innerText(), secret);
    await next.getByLabel('I have stored it').check();
    await next.getByRole('button', { name: 'Close' }).last().click();
    assert.equal(await page.getByRole('button', { name: 'Withdraw' }).count(), 2);

    const { items } = await operator('GET', `/keys?organization=${company.id}`);
    assert.ok(items.length >= 2);
    for (let left = 2; left > 0; left -= 1) {
      await page.getByRole('button', { name: 'Withdraw' }).first().click();
      await page.getByRole('dialog').getByLabel('Reason').fill('replaced');
      if (left === 2) await axe(page);
      await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }
    await page.getByText('No valid key').waitFor();
    assert.equal(await asks(), 401);
    clean();
    await close();
  });

  test('a program is shut out with the number of its keys, and let in again', async () => {
    const account = await operator('POST', '/service-accounts', { name: 'Gate keeper', organization: company.id });
    const key = await operator('POST', '/keys', { name: 'gate', role: 'program-reader', organization: company.id, account: account.id });
    const asks = async () => (await fetch(new URL('/api/v1/organizations', BASE_URL), { headers: { Authorization: `Bearer ${key.secret}` } })).status;
    const { page, clean, close } = await person(chrome, 'Olga Prime');
    await page.goto(`/programs/${account.id}`);
    await page.getByRole('button', { name: 'Shut out' }).click();
    await page.getByRole('dialog').getByText(/Its one key stops working at once/).waitFor();
    await page.getByRole('dialog').getByLabel('Reason').fill('not needed');
    await page.getByRole('dialog').getByRole('button', { name: 'Shut out' }).click();
    await page.getByRole('button', { name: 'Let in again' }).waitFor();
    assert.equal(await asks(), 401);
    await page.getByRole('button', { name: 'Let in again' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('needed after all');
    await page.getByRole('dialog').getByRole('button', { name: 'Let in again' }).click();
    await page.getByRole('button', { name: 'Shut out' }).waitFor();
    assert.equal(await asks(), 200);
    clean();
    await close();
  });

  test('an auditor sees keys and touches none', async () => {
    const { page, clean, close } = await person(chrome, 'Abel Auditor', [{ role: 'auditor', organization: company.id }]);
    await page.goto('/programs');
    await page.getByRole('link', { name: 'Energy report' }).click();
    await page.getByText('server 1').waitFor();
    await settled(page);
    for (const name of ['Make a key', 'Rotate', 'Withdraw', 'Shut out']) assert.equal(await page.getByRole('button', { name }).count(), 0, `${name} is offered`);
    await axe(page);
    clean();
    await close();
  });
});
