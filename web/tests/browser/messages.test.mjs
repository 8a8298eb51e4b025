// Messages on their way out, and webhooks.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axe, BASE_URL, browser, settled, shot } from './help.mjs';
import { organization, person, standing } from './manage.mjs';

describe('messages', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  let company;
  before(async () => {
    chrome = await browser();
    company = await organization('Messages test');
  });
  after(async () => chrome.close());

  test('its screens stand', async () => {
    await standing(chrome, 'messages', ['/messages', '/messages?state=dead', '/messages/webhooks']);
  });

  test('a webhook is made, tested and removed; what was given up is tried again', async () => {
    const { page, clean, close } = await person(chrome, 'Olga Prime');
    await page.goto(`/messages/webhooks?organization=${company.id}`);
    await page.getByRole('button', { name: 'Make a webhook' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Pager');
    await dialog.getByLabel('Address').fill('https://hooks.example.invalid/fieldkeep');
    await dialog.getByLabel('The glass was broken').check();
    await axe(page);
    await dialog.getByRole('button', { name: 'Make a webhook' }).click();
    const secret = page.getByRole('dialog', { name: 'Signing secret' });
    assert.match(await secret.getByRole('listitem').innerText(), /^whsec_/);
    await shot(page, 'messages-secret');
    await secret.getByLabel('I have stored it').check();
    await secret.getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByRole('button', { name: 'Outbox' }).click();
    await page.getByText('Test', { exact: true }).first().waitFor();
    await axe(page);
    await shot(page, 'messages-waiting');
    await page.goto(`/messages/webhooks?organization=${company.id}`);
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No webhooks').waitFor();
    clean();
    await close();
  });

  test('an auditor sees messages and sends none', async () => {
    const { page, clean, close } = await person(chrome, 'Abel Auditor', [{ role: 'auditor', organization: company.id }]);
    await page.goto('/messages/webhooks');
    await page.getByRole('heading', { name: 'Webhooks', exact: true }).waitFor();
    await settled(page);
    assert.equal(await page.getByRole('button', { name: 'Make a webhook' }).count(), 0);
    clean();
    await close();
  });
});
