// Sites and projects: found, made, and told what devices may send.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { demo, inDemo } from './demo.mjs';
import { asOperator, axe, BASE_URL, browser, joined, open, PHONE, REFUSED, settled, shot } from './help.mjs';

describe('sites and projects', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  let project;
  let site;
  before(async () => {
    chrome = await browser();
    project = await asOperator('GET', `/projects/${(await demo()).project}`);
    const { items } = await asOperator('GET', `/projects/${project.id}/sites?limit=200`);
    site = items[0];
    for (const [name, location] of [['Brno roofs', [49.195, 16.608]], ['Praha depot', [50.0875, 14.4213]], ['Ostrava hall', [49.82, 18.26]]]) {
      if (!items.some((one) => one.name === name)) await asOperator('POST', `/projects/${project.id}/sites`, { name, location });
    }
  });
  after(async () => chrome.close());

  for (const [name, options] of Object.entries({ light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE }, spanish: { language: 'es' } })) {
    test(`every page stands in ${name}`, async () => {
      const { context, page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
      await joined(context, page, { language: options.language });
      await inDemo(page);
      for (const [path, wait] of [['/sites', '[role=grid]'], [`/sites/${site.id}`, '[role=grid]'], ['/projects', '[role=grid]'], [`/projects/${project.id}`, 'section'], [`/projects/${project.id}/settings`, 'form']]) {
        await page.goto(path);
        await page.locator(`main ${wait}`).first().waitFor();
        await settled(page);
        await axe(page);
        await shot(page, `${path.slice(1).replaceAll(/\/[0-9a-f-]{36}/g, '-one').replaceAll('/', '-')}-${name}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path}: nothing sticks out sideways`);
      }
      clean();
      await close();
    });
  }

  test('a site is added where it is, and is on the map', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await inDemo(page);
    await page.goto('/sites');
    const name = `Plzeň ${Date.now()}`;
    await page.getByRole('button', { name: 'Add a site' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a site' });
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByLabel('Location').fill('91, 500');
    await dialog.getByText('Two numbers').waitFor();
    await axe(page);
    await shot(page, 'site-form');
    await dialog.getByLabel('Location').fill('49.7384, 13.3736');
    await dialog.getByRole('button', { name: 'Add the site' }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await page.getByRole('img', { name: /^Map with/ }).waitFor();
    const { items } = await asOperator('GET', `/projects/${project.id}/sites?limit=200`);
    assert.deepEqual(items.find((one) => one.name === name).location, [49.7384, 13.3736]);
    clean();
    await close();
  });

  test('a signal is declared, checked, and holds from then on', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await inDemo(page);
    await page.goto(`/projects/${project.id}/settings`);
    await page.getByRole('button', { name: 'Declare a signal' }).click();
    const row = page.getByRole('group', { name: 'New signal' });
    const name = `door_${Date.now()}`;
    await row.getByLabel('Signal').fill(name);
    const named = page.getByRole('group', { name });
    await named.getByLabel('Unit').fill('Cel');
    await named.getByLabel('Least').fill('30');
    await named.getByLabel('Greatest').fill('-30');
    await page.getByRole('button', { name: 'Save' }).click();
    await named.getByText('The least has to be below the greatest.').waitFor();
    await axe(page);
    await shot(page, 'settings-wrong');
    await named.getByLabel('Least').fill('-30');
    await named.getByLabel('Greatest').fill('30');
    await named.getByLabel('Period in s').fill('60');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The rules hold from now on').first().waitFor();
    const { settings } = await asOperator('GET', `/projects/${project.id}`);
    assert.deepEqual(settings.metrics[name], { unit: 'Cel', range: [-30, 30], period_s: 60 });
    await named.getByRole('button', { name: `Remove ${name}` }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The rules hold from now on').first().waitFor();
    clean();
    await close();
  });

  test('groups make a tree', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await inDemo(page);
    await page.goto(`/projects/${project.id}`);
    const name = `Cooling ${Date.now()}`;
    await page.getByRole('button', { name: 'New group' }).click();
    const dialog = page.getByRole('dialog', { name: 'New group' });
    await dialog.getByLabel('Name').fill(name);
    await axe(page);
    await dialog.getByRole('button', { name: 'Make it' }).click();
    await page.getByRole('link', { name }).waitFor();
    clean();
    await close();
  });
});
