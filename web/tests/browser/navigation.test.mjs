// Going from screen to screen: where the focus is afterwards, and what asks before it is left.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { demo, inDemo } from './demo.mjs';
import { asOperator, BASE_URL, browser, joined, open, REFUSED, settled } from './help.mjs';

describe('navigation', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  const heading = (page, title) => page.waitForFunction((wanted) => document.activeElement?.tagName === 'H1' && document.activeElement.textContent === wanted, title);

  test('the heading of the new page has the focus', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await inDemo(page);
    await page.goto('/fleet');
    const menu = page.getByRole('navigation', { name: 'Screens' });
    await menu.getByRole('link').first().waitFor();
    // The second time the screens are there at once.
    for (const name of ['People', 'Sites', 'People', 'Sites']) {
      await menu.getByRole('link', { name }).click();
      await heading(page, name);
    }
    await settled(page);
    await heading(page, 'Sites');
    for (const name of ['Fleet', 'Roles', 'Fleet']) {
      await page.keyboard.press('Control+k');
      await page.getByRole('dialog').getByRole('combobox').fill(name);
      await page.getByRole('option', { name }).first().waitFor();
      await page.keyboard.press('Enter');
      await heading(page, name);
    }
    await page.goBack();
    await heading(page, 'Roles');
    await page.goForward();
    await heading(page, 'Fleet');
    // A query alone moves nothing.
    const search = page.locator('main input[type=search]').first();
    await search.fill('x');
    await page.waitForURL(/q=x/);
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'INPUT');
    clean();
    await close();
  });

  test('Back asks before changed settings are thrown away', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    const { project } = await demo();
    await joined(context, page);
    await inDemo(page);
    await page.goto('/fleet');
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Projects' }).click();
    await page.locator(`main a[href="/projects/${project}"]`).first().click();
    await page.getByRole('link', { name: 'Settings' }).click();
    const days = page.getByRole('textbox', { name: 'Keep readings for' });
    await days.waitFor();
    await settled(page);
    const was = await days.inputValue();
    await days.fill('4000');
    await page.goBack();
    const ask = page.getByRole('dialog', { name: 'You have changes' });
    await ask.waitFor();
    await page.waitForURL(`**/projects/${project}/settings`);
    await page.keyboard.press('Escape');
    assert.equal(await days.inputValue(), '4000');
    await page.goBack();
    await ask.getByRole('button', { name: 'Discard changes' }).click();
    await page.waitForURL((url) => url.pathname === `/projects/${project}`);
    await page.goForward();
    await days.waitFor();
    assert.equal(await days.inputValue(), was);
    // By a link too, and there is no question where nothing was changed.
    await days.fill('4000');
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Sites' }).click();
    await ask.getByRole('button', { name: 'Discard changes' }).click();
    await heading(page, 'Sites');
    await page.goBack();
    await days.waitFor();
    await page.goBack();
    await page.waitForURL((url) => url.pathname === `/projects/${project}`);
    clean();
    await close();
  });

  test('Back asks before a changed dashboard is thrown away', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    const { project } = await demo();
    const board = await asOperator('POST', `/projects/${project}/dashboards`, { name: `Left ${Date.now()}`, tiles: [] });
    await joined(context, page);
    await inDemo(page);
    await page.goto('/dashboards');
    await page.locator(`main a[href="/dashboards/${board.id}"]`).first().click();
    await page.getByRole('button', { name: 'Edit' }).first().click();
    await page.getByLabel('Name').fill('Changed');
    await page.goBack();
    const ask = page.getByRole('dialog', { name: 'You have changes' });
    await ask.waitFor();
    assert.equal(new URL(page.url()).pathname, `/dashboards/${board.id}`);
    assert.equal(await page.getByLabel('Name').inputValue(), 'Changed');
    await ask.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL((url) => url.pathname === '/dashboards');
    assert.equal((await asOperator('GET', `/dashboards/${board.id}`)).name, 'Changed');
    await asOperator('POST', `/dashboards/${board.id}/remove`);
    clean();
    await close();
  });
});
