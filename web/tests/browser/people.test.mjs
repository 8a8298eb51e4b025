// Inviting, giving and taking roles, shutting out: as whoever manages people does it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axe, BASE_URL, browser, settled, shot } from './help.mjs';
import { navigation, operator, organization, person, standing } from './manage.mjs';

describe('people', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  let company;
  before(async () => {
    chrome = await browser();
    company = await organization('People test');
  });
  after(async () => chrome.close());

  test('its screens stand', async () => {
    const [one] = (await operator('GET', '/people?limit=1')).items;
    await standing(chrome, 'people', ['/people', '/people/invitations?show=used', `/people/${one.id}`, '/people?invite=true']);
  });

  test('somebody is invited, and the invitation is withdrawn', async () => {
    const { page, clean, close } = await person(chrome, 'Olga Prime');
    await page.goto(`/people?organization=${company.id}`);
    await page.getByRole('button', { name: 'Invite somebody' }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
    const address = `new.${Date.now()}@example.com`;
    await dialog.getByLabel('E-mail address').fill(address);
    await dialog.getByRole('button', { name: 'Add a role' }).click();
    await dialog.getByLabel('Role', { exact: true }).selectOption('viewer');
    await dialog.getByLabel('Until').fill('2027-06-30');
    await axe(page);
    await shot(page, 'people-invite-filled');
    await dialog.getByRole('button', { name: 'Invite somebody' }).click();
    const link = page.getByRole('dialog', { name: 'Link to hand over' });
    assert.match(await link.getByRole('listitem').innerText(), /\/join#fk_link_/);
    await axe(page);
    await shot(page, 'people-link');
    assert.ok(await link.getByRole('button', { name: 'Close' }).last().isDisabled(), 'the link has to be stored first');
    await link.getByLabel('I have stored it').check();
    await link.getByRole('button', { name: 'Close' }).last().click();
    await page.getByLabel('Search address').fill(address);
    await page.getByText(address).waitFor();
    await page.getByRole('button', { name: 'Withdraw' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click();
    await page.getByText('No invitations here').waitFor();
    clean();
    await close();
  });

  test('a role is given with what it adds, and taken with what is lost', async () => {
    const other = await person(chrome, 'Rita Role', [{ role: 'viewer', organization: company.id }]);
    const { page, clean, close } = await person(chrome, 'Olga Prime');
    await page.goto('/people?q=Rita%20Role&sort=-made');
    await page.getByRole('link', { name: 'Rita Role' }).first().click();
    await page.getByRole('button', { name: 'Give a role' }).click();
    const dialog = page.getByRole('dialog', { name: 'Give Rita Role a role' });
    await dialog.getByLabel('Where', { exact: true }).last().selectOption({ label: company.name });
    await dialog.getByLabel('Role', { exact: true }).selectOption('analyst');
    const gained = dialog.getByRole('group', { name: 'Newly possible: 2 things' });
    await gained.getByText('export measurements').waitFor();
    await axe(page);
    await shot(page, 'people-give');
    await dialog.getByRole('button', { name: 'Give a role' }).click();
    const held = page.getByRole('region', { name: 'Roles' });
    await held.getByText('Analyst', { exact: true }).waitFor();
    await held.getByRole('button', { name: 'Take back' }).last().click();
    const taking = page.getByRole('dialog', { name: /^Take the role/ });
    await taking.getByLabel('Reason').fill('no longer needed');
    await shot(page, 'people-take');
    await axe(page);
    await taking.getByRole('button', { name: 'Take back' }).click();
    await held.getByRole('button', { name: 'One that is over' }).waitFor();
    clean();
    await close();
    await other.close();
  });

  test('whoever is shut out is out at once, and comes in again', async () => {
    const other = await person(chrome, 'Otto Out', [{ role: 'viewer', organization: company.id }]);
    const { page, clean, close } = await person(chrome, 'Olga Prime');
    await page.goto('/people?q=Otto%20Out&sort=-made');
    await page.getByRole('link', { name: 'Otto Out' }).first().click();
    await page.getByRole('button', { name: 'Actions for Otto Out' }).click();
    await page.getByRole('menuitem', { name: 'Shut out' }).click();
    const dialog = page.getByRole('dialog', { name: 'Shut Otto Out out?' });
    await dialog.getByText('Their one role counts for nothing meanwhile.').waitFor();
    await dialog.getByLabel('Reason').fill('left the company');
    await axe(page);
    await shot(page, 'people-shut-out');
    await dialog.getByRole('button', { name: 'Shut out' }).click();
    await page.getByRole('button', { name: 'Let in again' }).waitFor();
    await other.page.goto('/profile');
    await other.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByRole('button', { name: 'Let in again' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('is back');
    await page.getByRole('dialog').getByRole('button', { name: 'Let in again' }).click();
    await page.getByRole('button', { name: 'Actions for Otto Out' }).waitFor();
    clean();
    await close();
    await other.close();
  });

  test('a viewer is offered nothing of it, and told what it takes', async () => {
    const { page, clean, close } = await person(chrome, 'Vera Viewer', [{ role: 'viewer', organization: company.id }]);
    for (const name of ['People', 'Roles', 'Rules', 'Programs', 'Messages', 'Emergencies']) assert.ok(!(await navigation(page)).includes(name), `${name} is offered`);
    await page.goto('/people');
    await page.getByText('It takes the right to: see people.').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Invite somebody' }).count(), 0);
    await axe(page);
    await shot(page, 'people-viewer');
    clean();
    await close();
  });

  test('a role for one project is offered what reaches a project, and no more', async () => {
    const made = await operator('POST', `/organizations/${company.id}/projects`, { name: `Part ${Date.now()}` });
    const { page, clean, close } = await person(chrome, 'Paul Part', [{ role: 'auditor', project: made.id }]);
    const offered = await navigation(page);
    for (const name of ['People', 'Roles', 'Rules', 'Programs', 'Messages']) assert.ok(!offered.includes(name), `${name} is offered`);
    assert.ok(offered.includes('Record'), offered.join());
    await page.goto('/people');
    await page.getByText(/Roles that give it, where they are given for the whole organization: .*Auditor/).waitFor();
    // A link to what is not theirs leads to their own, and says so.
    await page.goto('/fleet?project=00000000-0000-4000-8000-000000000000');
    await page.getByText('What the address names is not there, or not yours to see.').waitFor();
    clean();
    await close();
  });

  test('an auditor sees people and changes nothing', async () => {
    const { page, clean, close } = await person(chrome, 'Abel Auditor', [{ role: 'auditor', organization: company.id }]);
    await page.goto('/people?q=Abel&sort=-made');
    await page.getByRole('link', { name: 'Abel Auditor' }).first().click();
    await page.getByRole('heading', { name: 'Roles' }).waitFor();
    await settled(page);
    for (const name of ['Give a role', 'Take back', 'Shut out']) assert.equal(await page.getByRole('button', { name }).count(), 0, `${name} is offered`);
    clean();
    await close();
  });

  test('the list is gone through by keyboard', async () => {
    const { page, clean, close } = await person(chrome, 'Kim Keys');
    await page.goto('/people?sort=-made');
    await page.getByRole('row').nth(1).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('Kim');
    await page.waitForURL(/q=Kim/);
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/people\/[0-9a-f-]{36}$/);
    await page.getByRole('heading', { name: 'Kim Keys' }).waitFor();
    clean();
    await close();
  });
});
