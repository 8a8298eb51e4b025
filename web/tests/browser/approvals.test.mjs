// Acts of two people, in two browsers; and the glass.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axe, BASE_URL, browser, shot } from './help.mjs';
import { operator, organization, person, standing } from './manage.mjs';

describe('approvals', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  let company;
  before(async () => {
    chrome = await browser();
    company = await organization('Approvals test');
  });
  after(async () => chrome.close());

  test('its screens stand', async () => {
    await standing(chrome, 'approvals', ['/approvals', '/approvals?state=used', '/glass']);
  });

  test('one asks, another agrees to exactly that, and it is done once', async () => {
    const here = { organization: company.id };
    const target = await person(chrome, 'Tom Target', [{ role: 'viewer', ...here }]);
    const asking = await person(chrome, 'Anna Asks', [{ role: 'owner', ...here }]);
    const agreeing = await person(chrome, 'Bert Agrees', [{ role: 'owner', ...here }]);

    // After they have joined: invitations with roles would wait for a second person too.
    await operator('PUT', `/organizations/${company.id}/rules`, { two_people: ['role.grant'] });
    await asking.page.goto('/people?q=Tom%20Target&sort=-made');
    await asking.page.getByRole('link', { name: 'Tom Target' }).first().click();
    await asking.page.getByRole('button', { name: 'Give a role' }).click();
    const dialog = asking.page.getByRole('dialog');
    await dialog.getByLabel('Where', { exact: true }).last().selectOption({ label: company.name });
    await dialog.getByLabel('Role', { exact: true }).selectOption('analyst');
    await dialog.getByRole('button', { name: 'Give a role' }).click();
    await dialog.getByText(/A second person has to agree/).waitFor();
    await shot(asking.page, 'approvals-asked');

    const { page } = agreeing;
    await page.goto('/approvals');
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: /Approvals\s*1/ }).waitFor();
    const request = page.getByRole('article').filter({ hasText: 'Anna Asks asks to give and take roles' });
    await request.getByText(`Analyst · ${company.name}`).waitFor();
    await request.getByText('Tom Target').waitFor();
    await axe(page);
    await shot(page, 'approvals-waiting');
    await request.getByRole('button', { name: 'Agree' }).click();
    await page.getByRole('dialog').getByLabel('Reason').fill('spoke to her');
    await axe(page);
    await shot(page, 'approvals-agree');
    await page.getByRole('dialog').getByRole('button', { name: 'Agree' }).click();
    await page.getByText('Nothing here').waitFor();

    // What was filled in is still there, and now goes through.
    await dialog.getByRole('button', { name: 'Give a role' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await asking.page.getByText('Analyst', { exact: true }).first().waitFor();
    await asking.page.goto('/approvals?state=used');
    await asking.page.getByRole('region', { name: 'You asked' }).getByText('Decided by Bert Agrees').waitFor();
    for (const one of [target, asking, agreeing]) {
      one.clean();
      await one.close();
    }
  });

  test('a request is refused with its reason, and nobody decides their own', async () => {
    const here = { organization: company.id };
    await operator('PUT', `/organizations/${company.id}/rules`, { two_people: ['key.write'] });
    const asking = await person(chrome, 'Anna Asks', [{ role: 'owner', ...here }]);
    const refusing = await person(chrome, 'Rolf Refuses', [{ role: 'owner', ...here }]);
    await asking.page.goto('/programs/none?make=true');
    const dialog = asking.page.getByRole('dialog');
    await dialog.getByLabel('What it is for').fill('night reports');
    await dialog.getByRole('button', { name: 'Make a key' }).click();
    await dialog.getByText(/A second person has to agree/).waitFor();
    await asking.page.goto('/approvals');
    await asking.page.getByRole('region', { name: 'You asked' }).getByText('night reports').waitFor();
    assert.equal(await asking.page.getByRole('region', { name: 'You asked' }).getByRole('button').count(), 0);
    await refusing.page.goto('/approvals');
    const request = refusing.page.getByRole('article').filter({ hasText: 'night reports' });
    await request.getByText('Program: reads').waitFor();
    await request.getByRole('button', { name: 'Refuse' }).click();
    await refusing.page.getByRole('dialog').getByLabel('Reason').fill('not planned');
    await refusing.page.getByRole('dialog').getByRole('button', { name: 'Refuse' }).click();
    await request.waitFor({ state: 'hidden' });
    asking.clean();
    refusing.clean();
    await asking.close();
    await refusing.close();
  });

  test('two custodians break the glass, and it is ended', async () => {
    const roles = [{ role: 'custodian', organization: company.id }];
    const first = await person(chrome, 'Cora Custodian', roles);
    const second = await person(chrome, 'Curt Custodian', roles);
    await first.page.goto('/glass');
    await first.page.getByRole('button', { name: 'Break the glass' }).click();
    const opening = first.page.getByRole('dialog');
    await opening.getByText(/A second custodian has ten minutes/).waitFor();
    await opening.getByLabel('Reason').fill('drill of the quarter');
    await axe(first.page);
    await opening.getByRole('button', { name: 'Break the glass' }).click();
    await first.page.getByText('waits for a second custodian').waitFor();
    assert.equal(await first.page.getByRole('button', { name: 'Confirm' }).count(), 0, 'nobody confirms their own');
    await second.page.goto('/glass');
    await second.page.getByRole('button', { name: 'Confirm' }).click();
    await second.page.getByRole('dialog').getByText(/drill of the quarter/).waitFor();
    await axe(second.page);
    await shot(second.page, 'glass-confirm');
    await second.page.getByRole('dialog').getByRole('button', { name: 'Confirm' }).click();
    await second.page.getByText('broken: both are owners').waitFor();
    await shot(second.page, 'glass-broken');
    await second.page.getByRole('button', { name: 'End it' }).click();
    await second.page.getByRole('dialog').getByLabel('Reason').fill('drill is over');
    await second.page.getByRole('dialog').getByRole('button', { name: 'End it' }).click();
    await second.page.getByRole('region', { name: 'Past' }).getByText('drill of the quarter').waitFor();
    for (const one of [first, second]) {
      one.clean();
      await one.close();
    }
  });
});
