// The matrix of roles, and an organization's own.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axe, BASE_URL, browser, PHONE, shot } from './help.mjs';
import { operator, organization, person, standing } from './manage.mjs';

describe('roles', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  let company;
  before(async () => {
    chrome = await browser();
    company = await organization('Roles test');
  });
  after(async () => chrome.close());

  test('its screens stand', async () => {
    await standing(chrome, 'roles', ['/roles', '/roles?role=engineer', '/roles?make=true']);
  });

  test('the matrix says what the server says', async () => {
    const { page, clean, close } = await person(chrome, 'Olga Prime');
    await page.goto(`/roles?organization=${company.id}`);
    const { items } = await operator('GET', `/organizations/${company.id}/roles`);
    await page.getByRole('table').waitFor();
    const rows = page.getByRole('row');
    const given = await rows.evaluateAll((all) => all.flatMap((row) => [...row.querySelectorAll('th[title] ~ td')].map((cell, at) => (cell.querySelector('.dot') ? `${row.querySelector('th').title} ${at}` : []))).flat());
    const wanted = items.flatMap((role, at) => role.actions.map((action) => `${action} ${at}`));
    assert.deepEqual(given.sort(), wanted.sort());
    clean();
    await close();
  });

  test('a role of its own is made, changed with a difference, and removed', async () => {
    const { page, clean, close } = await person(chrome, 'Olga Prime');
    await page.goto(`/roles?organization=${company.id}`);
    await page.getByRole('button', { name: 'Make a role' }).click();
    const making = page.getByRole('dialog', { name: 'Make a role' });
    await making.getByLabel('Name').fill('Night shift');
    await making.getByLabel('see devices').check();
    await making.getByLabel('suspend devices').check();
    assert.ok(await making.getByLabel('break the glass').isDisabled(), 'what stands in no own role is not offered');
    await shot(page, 'roles-make-filled');
    await making.getByRole('button', { name: 'Make a role' }).click();
    await page.getByRole('button', { name: 'Night shift' }).click();
    await page.getByRole('button', { name: 'Change' }).click();
    const changing = page.getByRole('dialog', { name: 'Change what Night shift gives' });
    await changing.getByLabel('suspend devices').uncheck();
    await changing.getByLabel('read measurements').check();
    await changing.getByRole('group', { name: 'Newly possible: one thing' }).getByText('read measurements').waitFor();
    await changing.getByRole('group', { name: 'No longer possible: one thing' }).getByText('suspend devices').waitFor();
    await axe(page);
    await shot(page, 'roles-change');
    await changing.getByRole('button', { name: 'Save' }).click();
    await changing.waitFor({ state: 'hidden' });
    const own = (await operator('GET', `/organizations/${company.id}/roles`)).items.find((one) => one.name === 'Night shift');
    assert.deepEqual(own.actions.sort(), ['device.read', 'telemetry.read']);
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('button', { name: 'Night shift' }).waitFor({ state: 'hidden' });
    clean();
    await close();
  });

  test('an auditor sees roles and is offered no change; a phone shows one role', async () => {
    const phone = await person(chrome, 'Abel Auditor', [{ role: 'auditor', organization: company.id }], { viewport: PHONE });
    await phone.page.goto('/roles');
    await phone.page.getByLabel('Role', { exact: true }).selectOption({ label: 'Security' });
    await phone.page.getByRole('region', { name: 'Devices' }).getByText('revoke devices').waitFor();
    assert.equal(await phone.page.getByRole('button', { name: 'Make a role' }).count(), 0);
    await axe(phone.page);
    await shot(phone.page, 'roles-one-phone');
    phone.clean();
    await phone.close();
  });
});
