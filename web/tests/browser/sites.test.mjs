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
    const make = dialog.getByRole('button', { name: 'Add the site' });
    await dialog.getByLabel('Networks').fill('10.20.0.0/16, 10.20.0.1/16');
    await dialog.getByText('“10.20.0.1/16” is no network').waitFor();
    assert.ok(await make.isDisabled());
    await dialog.getByLabel('Networks').fill('10.20.0.0/16, fd00::/8');
    // The server takes a hundred bytes, and these are more though they are fewer letters.
    await dialog.getByLabel('Name').fill('é'.repeat(60));
    await make.click();
    assert.match(await dialog.getByLabel('Name').evaluate((field) => field.validationMessage), /120 bytes long, and at most 100/);
    await dialog.getByLabel('Name').fill(name);
    await make.click();
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

  /** As many sites as a list takes: around towns, a few of them at one and the same place. */
  async function crowded(page, count = 2000) {
    const all = Array.from({ length: count }, (_, index) => ({
      ...site, id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`, project: project.id, name: `Station ${String(index).padStart(4, '0')}`, networks: [],
      location: index < 30 ? [49.2, 16.6] : [48.6 + ((index * 7919) % 2400) / 1000, 12.2 + ((index * 104_729) % 6500) / 1000],
    }));
    await page.route(/\/api\/v1\/projects\/[^/]+\/sites\?/, (route) => {
      const query = new URL(route.request().url()).searchParams;
      const from = Number(query.get('after') ?? 0);
      const to = Math.min(count, from + Number(query.get('limit')));
      return route.fulfill({ json: { items: all.slice(from, to), ...(to < count ? { next: String(to) } : {}) } });
    });
  }

  for (const [name, options] of Object.entries({ light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE } })) {
    test(`two thousand sites are grouped on the map and paged in the list, in ${name}`, async () => {
      const { context, page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
      await joined(context, page);
      await inDemo(page);
      await crowded(page);
      await page.goto(`/projects/${project.id}`);
      await page.getByText('1–20 of 2,000').waitFor();
      await settled(page);
      const map = page.getByRole('group', { name: 'Sites on the map' });
      const groups = map.getByRole('button', { name: /^[\d,.]+ sites, among them/ });
      assert.ok(await page.evaluate(() => document.querySelectorAll('main a, main button').length) < 400, 'few elements');
      assert.equal(await page.getByRole('list', { name: 'Sites' }).getByRole('listitem').count(), 20);
      await axe(page);
      await shot(page, `project-sites-${name}`);
      // By keyboard: closer, until each group is a place of its own, and back again.
      const counted = async () => (await groups.evaluateAll((found) => found.map((one) => Number(one.ariaLabel.match(/^[\d,]+/)[0].replace(',', ''))))).reduce((sum, one) => sum + one, 0) + await map.getByRole('link').count();
      assert.equal(await counted(), 2000);
      await groups.first().focus();
      await page.keyboard.press('Enter');
      await map.getByRole('button', { name: 'Look from farther away' }).waitFor();
      assert.ok(await counted() < 2000);
      assert.ok(await page.evaluate(() => document.activeElement.closest('.map') !== null), 'the focus stays on the map');
      await shot(page, `project-sites-closer-${name}`);
      await page.keyboard.press('Escape');
      await map.getByRole('button', { name: 'Look from farther away' }).waitFor({ state: 'detached' });
      // The list: by page, and searched.
      await page.getByRole('button', { name: 'The next sites' }).press('Enter');
      await page.getByText('21–40 of 2,000').waitFor();
      await page.getByRole('searchbox', { name: 'Search sites' }).fill('1999');
      await page.getByRole('status').filter({ hasText: '1–1 of 1' }).waitFor();
      await page.getByRole('link', { name: 'Station 1999' }).first().waitFor();
      clean();
      await close();
    });
  }

  test('sites at one and the same place are listed', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await inDemo(page);
    await crowded(page, 30);
    await page.goto(`/projects/${project.id}`);
    await settled(page);
    await page.getByRole('button', { name: /^30 sites, among them/ }).press('Enter');
    const dialog = page.getByRole('dialog', { name: '30 sites at one place' });
    await dialog.getByText('1–20 of 30').waitFor();
    await axe(page);
    await shot(page, 'sites-one-place');
    await dialog.getByRole('link', { name: 'Station 0003' }).waitFor();
    clean();
    await close();
  });
});
