// Who may do what on what, and why.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { axe, BASE_URL, browser, settled, shot } from './help.mjs';
import { operator, organization, person, standing } from './manage.mjs';

describe('access', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  let company;
  before(async () => {
    chrome = await browser();
    company = await organization('Access test');
  });
  after(async () => chrome.close());

  test('its screens stand', async () => {
    await standing(chrome, 'access', [`/access?organization=${company.id}`, '/access?action=glass.break']);
  });

  test('the question is the address, and the answer says which role and what is missing', async () => {
    const viewer = await person(chrome, 'Vera Viewer', [{ role: 'viewer', organization: company.id }]);
    const { page, clean, close } = await person(chrome, 'Olga Prime');
    await page.goto('/access');
    await page.getByRole('heading', { name: /Olga Prime may read measurements in Whole deployment/ }).waitFor();
    await page.getByLabel('On what').last().selectOption({ label: company.name });
    await page.getByLabel('May do what').selectOption('telemetry.export');
    const { items } = await operator('GET', `/grants?organization=${company.id}`);
    const vera = `person/${items.find((one) => one.role === 'viewer').person}`;
    await page.getByLabel('Who', { exact: true }).selectOption(vera);
    await page.getByRole('heading', { name: `Vera Viewer may not export measurements in ${company.name}` }).waitFor();
    await page.getByRole('region', { name: 'Would give it' }).getByText('Analyst').waitFor();
    await axe(page);
    await shot(page, 'access-no');
    // The address asks the same.
    const address = page.url();
    assert.match(address, /principal=person%2F.*action=telemetry\.export|action=telemetry\.export.*principal=person%2F/);
    await page.goto('/people');
    await page.goto(address);
    await page.getByRole('heading', { name: `Vera Viewer may not export measurements in ${company.name}` }).waitFor();
    await page.getByLabel('May do what').selectOption('telemetry.read');
    await page.getByRole('heading', { name: `Vera Viewer may read measurements in ${company.name}` }).waitFor();
    await page.getByRole('region', { name: 'Given by' }).getByText('Viewer', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Ask for everybody' }).click();
    await page.getByRole('region', { name: 'Who may read measurements here?' }).getByText('Vera Viewer').first().waitFor();
    await axe(page);
    await shot(page, 'access-everybody');
    clean();
    await close();
    await viewer.close();
  });

  test('a viewer asks about themselves alone', async () => {
    const { page, clean, close } = await person(chrome, 'Vera Viewer', [{ role: 'viewer', organization: company.id }]);
    await page.goto(`/access?organization=${company.id}&action=telemetry.read`);
    await page.getByRole('heading', { name: `Vera Viewer may read measurements in ${company.name}` }).waitFor();
    await settled(page);
    assert.deepEqual(await page.getByLabel('Who', { exact: true }).getByRole('option').allInnerTexts(), ['Vera Viewer, you']);
    assert.equal(await page.getByRole('button', { name: 'Ask for everybody' }).count(), 0);
    clean();
    await close();
  });
});
