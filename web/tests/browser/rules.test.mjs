// What an organization asks of its people: rules, guard rails, identity providers.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axe, BASE_URL, browser, REFUSED, shot } from './help.mjs';
import { operator, organization, person, standing } from './manage.mjs';

describe('rules', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  let company;
  before(async () => {
    chrome = await browser();
    company = await organization('Rules test');
  });
  after(async () => chrome.close());

  test('its screens stand', async () => {
    const of = `organization=${company.id}`;
    await standing(chrome, 'rules', [`/rules?${of}`, `/rules?${of}&tab=guards`, `/rules?${of}&tab=providers`]);
  });

  test('rules are saved after their difference was seen', async () => {
    const { page, clean, close } = await person(chrome, 'Olga Prime');
    await page.goto(`/rules?organization=${company.id}`);
    await page.getByLabel('Least length of a password').fill('16');
    await page.getByLabel('Text message').uncheck();
    await page.getByLabel('Longest pause').selectOption('900');
    await page.getByLabel('withdraw keys').check();
    await page.getByRole('button', { name: 'Look at it and save' }).click();
    const dialog = page.getByRole('dialog', { name: 'Save 4 changes?' });
    assert.deepEqual(await dialog.getByRole('row', { name: /Least length/ }).getByRole('cell').allInnerTexts(), ['12', '16']);
    await axe(page);
    await shot(page, 'rules-save');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'hidden' });
    const rules = await operator('GET', `/organizations/${company.id}/rules`);
    assert.equal(rules.sign_in.password_chars_min, 16);
    assert.deepEqual(rules.sign_in.second_factors, ['totp', 'mail']);
    assert.equal(rules.sign_in.idle_s_max, 900);
    assert.deepEqual(rules.two_people, ['key.write']);
    await page.getByText('Nothing is changed.').waitFor();
    // Networks that would shut oneself out are refused in words, and nothing typed is lost.
    await page.getByLabel('Allowed networks').fill('10.20.0.0/16');
    await page.getByRole('button', { name: 'Look at it and save' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').getByRole('alert').getByText('It contradicts what is there').waitFor();
    await shot(page, 'rules-refused');
    await page.keyboard.press('Escape');
    assert.equal(await page.getByLabel('Allowed networks').inputValue(), '10.20.0.0/16');
    clean();
    await close();
  });

  test('a guard rail is made in both forms, and one is removed', async () => {
    const { page, clean, close } = await person(chrome, 'Olga Prime', undefined, { allow: [REFUSED, /status of 400/] });
    await page.goto(`/rules?organization=${company.id}&tab=guards`);
    await page.getByRole('button', { name: 'Make a guard rail' }).click();
    const dialog = page.getByRole('dialog', { name: 'Make a guard rail' });
    await dialog.getByLabel('Name').fill('Office only');
    await dialog.getByLabel('export measurements').check();
    await dialog.getByLabel('Outside of these networks').fill('127.0.0.0/8');
    await dialog.getByText(/Forbids outside of 127\.0\.0\.0\/8/).waitFor();
    await axe(page);
    await shot(page, 'rules-guard');
    await dialog.getByRole('button', { name: 'Make a guard rail' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('Office only').waitFor();
    await page.getByRole('button', { name: 'Make a guard rail' }).click();
    await dialog.getByLabel('Name').fill('Wrong');
    await dialog.getByText('Cedar', { exact: true }).click();
    await dialog.getByLabel('One forbid in Cedar').fill('permit (principal, action, resource);');
    await dialog.getByRole('button', { name: 'Make a guard rail' }).click();
    await dialog.getByRole('alert').waitFor();
    await shot(page, 'rules-guard-refused');
    await dialog.getByLabel('One forbid in Cedar').fill('forbid (principal is Fieldkeep::Program, action == Fieldkeep::Action::"device.suspend", resource);');
    await dialog.getByRole('button', { name: 'Make a guard rail' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('Wrong', { exact: true }).waitFor();
    await axe(page);
    await shot(page, 'rules-guards');
    await page.getByRole('button', { name: 'Remove' }).last().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    assert.equal((await operator('GET', `/organizations/${company.id}/guards`)).items.length, 1);
    clean();
    await close();
  });

  test('an identity provider is added, tells its redirect address, and is removed', async () => {
    const { page, clean, close } = await person(chrome, 'Olga Prime');
    await page.goto(`/rules?organization=${company.id}&tab=providers`);
    await page.getByRole('button', { name: 'Add a provider' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Works login');
    await dialog.getByLabel('Issuer').fill('https://id.example.com');
    await dialog.getByLabel('Client id').fill('fieldkeep');
    await dialog.getByLabel('Mail domains').fill('example.com');
    await dialog.getByRole('button', { name: 'Add a provider' }).click();
    await dialog.getByText(/\/oidc\/callback$/).waitFor();
    await axe(page);
    await shot(page, 'rules-provider');
    await dialog.getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('button', { name: 'Remove' }).click();
    await dialog.getByLabel('Type Works login to go on').fill('Works login');
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('No identity provider').waitFor();
    clean();
    await close();
  });

  test('an auditor reads the rules and changes none', async () => {
    const { page, clean, close } = await person(chrome, 'Abel Auditor', [{ role: 'auditor', organization: company.id }]);
    await page.goto('/rules');
    await page.getByText('You see the rules; changing them takes another role.').waitFor();
    assert.ok(await page.getByLabel('Least length of a password').isDisabled());
    assert.equal(await page.getByRole('button', { name: 'Look at it and save' }).count(), 0);
    await axe(page);
    clean();
    await close();
  });
});
