// Looking at what is held, and deciding about it by mouse and by keyboard.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { demo, inDemo } from './demo.mjs';
import { asOperator, axe, BASE_URL, browser, joined, open, PHONE, REFUSED, shot } from './help.mjs';

describe('quarantine', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  const rows = (page) => page.getByRole('grid', { name: 'Quarantine' }).getByRole('row').filter({ hasNotText: 'Held because' });
  const list = async (page) => {
    await page.goto('/quarantine');
    await page.getByRole('heading', { name: 'Quarantine', exact: true }).waitFor();
    await page.getByRole('grid', { name: 'Quarantine' }).or(page.getByRole('heading', { name: 'Nothing is held back' })).waitFor();
  };

  for (const [name, options] of Object.entries({ light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE } })) {
    test(`the list and a batch stand in ${name}`, async () => {
      const { context, page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
      await joined(context, page);
      await inDemo(page);
      await list(page);
      await axe(page);
      await shot(page, `quarantine-${name}`);
      if ((await rows(page).count()) > 0) {
        await rows(page).first().click({ position: { x: 90, y: 20 } });
        await page.getByRole('heading', { name: 'Why it is held' }).waitFor();
        await axe(page);
        await shot(page, `held-${name}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out sideways');
      }
      clean();
      await close();
    });
  }

  test('a viewer is offered no decision', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page, { name: 'Vera Viewer', roles: [{ role: 'viewer' }] });
    await inDemo(page);
    const answered = page.waitForResponse(/access\/rights.*project=/);
    await list(page);
    await answered;
    assert.equal(await page.getByRole('checkbox').count(), 0);
    clean();
    await close();
  });

  test('whoever is overtaken is told so, and decides nothing', async (told) => {
    const { project } = await demo();
    const { items } = await asOperator('GET', `/projects/${project}/quarantine?state=held&limit=50`);
    const fork = items.find((one) => one.reasons.includes('fork'));
    if (!fork) return told.skip('no fork is held');
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await inDemo(page);
    await page.goto(`/quarantine/${fork.id}`);
    await page.getByRole('button', { name: 'Destroy' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('A copied key');
    // As the server answers once it was decided. Others need the fork: it is the only one of the demo.
    await page.route('**/api/v1/quarantine/*/destroy', (route) => route.fulfill({
      status: 409, contentType: 'application/problem+json', body: JSON.stringify({ title: 'Conflict', status: 409, detail: 'this batch was decided on already' }),
    }));
    await dialog.getByRole('button', { name: 'Destroy the batch' }).click();
    await page.getByText('Somebody else decided about this batch first. Nothing was changed by you.').first().waitFor();
    assert.equal(await page.getByText('is destroyed').count(), 0);
    await axe(page);
    await shot(page, 'held-overtaken');
    clean();
    await close();
  });

  test('a batch is released by keyboard, and the next one comes', async (told) => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await inDemo(page);
    await list(page);
    const free = rows(page).filter({ hasNotText: 'Two histories' });
    if ((await free.count()) === 0) return told.skip('nothing is held that could be released');
    const count = await rows(page).count();
    await page.getByRole('button', { name: /Outside the physical range/ }).click();
    assert.match(page.url(), /reason=outside-range/);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Why it is held' }).waitFor();
    await page.getByRole('button', { name: 'Release', exact: true }).waitFor();
    await page.keyboard.press('r');
    const dialog = page.getByRole('dialog', { name: 'Release this batch?' });
    await dialog.getByLabel('Reason').fill('The sensor was being tested');
    await axe(page);
    await shot(page, 'quarantine-release');
    await dialog.getByRole('button', { name: 'Release the batch' }).click();
    await page.getByText('The batch is released').first().waitFor();
    await list(page);
    assert.equal(await rows(page).count(), count - 1);
    clean();
    await close();
  });
});
