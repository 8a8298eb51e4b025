// Claiming by list, and installing.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inDemo } from './demo.mjs';
import { asOperator, axe, BASE_URL, browser, joined, open, PHONE, REFUSED, settled, shot } from './help.mjs';

describe('claim and install', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  for (const [name, options] of Object.entries({ light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE } })) {
    test(`both stand in ${name}`, async () => {
      const { context, page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
      await joined(context, page);
      await inDemo(page);
      for (const [path, ready] of [['/claim', 'On their way'], ['/install', 'At the device']]) {
        await page.goto(path);
        await page.getByRole('heading', { name: ready }).waitFor();
        await settled(page);
        await axe(page);
        await shot(page, `${path.slice(1)}-${name}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out sideways');
      }
      clean();
      await close();
    });
  }

  test('each line that cannot be claimed says why', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await inDemo(page);
    await page.goto('/claim');
    const list = page.getByLabel('Labels, serial numbers or ids');
    await list.fill('NOBODY-1\nFK1:SHORT:LABEL\nDX-000001 DX-000001');
    await page.getByText('There is no such device here').waitFor();
    await page.getByText('This is not a whole label').waitFor();
    await page.getByText('It is yours already.').first().waitFor();
    await page.getByText('It stands above already.').waitFor();
    await axe(page);
    await shot(page, 'claim-faults');
    assert.ok(await page.getByRole('button', { name: 'Claim', exact: true }).isDisabled());
    clean();
    await close();
  });

  test('a serial number beyond those that a page holds is asked for', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await inDemo(page);
    const last = (await asOperator('GET', '/devices?limit=500')).items.find((one) => one.state === 'installed');
    // Page after page of a fleet that does not end, in which this one never comes: the answers are the server's but for that.
    await page.route((url) => url.pathname.endsWith('/devices') && !url.searchParams.has('q'), async (route) => {
      const answer = await route.fetch();
      const body = await answer.json();
      await route.fulfill({ response: answer, json: { ...body, items: body.items.filter((one) => one.id !== last.id), next: 'more' } });
    });
    await page.route((url) => url.searchParams.get('after') === 'more', (route) => route.fulfill({ json: { items: [], next: 'more' } }));
    await page.goto('/claim');
    await page.getByLabel('Labels, serial numbers or ids').fill(`${last.serial}\nNOBODY-1`);
    await page.getByText('It is yours already.').waitFor();
    await page.getByText('There is no such device here').waitFor();
    clean();
    await close();
  });

  test('whoever may not claim or install is told what it takes', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page, { name: 'Vera Viewer', roles: [{ role: 'viewer' }] });
    await inDemo(page);
    for (const [path, action] of [['/claim', 'device.claim'], ['/install', 'device.install']]) {
      await page.goto(path);
      await page.getByRole('region', { name: 'This is not yours to do' }).waitFor();
      await page.getByText(action, { exact: true }).waitFor();
      assert.equal(await page.getByLabel('Labels, serial numbers or ids').count(), 0);
      await axe(page);
    }
    clean();
    await close();
  });

  test('a device that has said hello is installed by keyboard', async (told) => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await inDemo(page);
    await page.goto('/install');
    await page.getByRole('heading', { name: 'At the device' }).waitFor();
    await settled(page);
    const row = page.getByRole('row').filter({ hasText: 'said hello, can be installed' });
    if ((await row.count()) === 0) return told.skip('no claimed device has said hello');
    await page.getByLabel('Site').selectOption({ index: 1 });
    await page.keyboard.press('Tab');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.getByRole('button', { name: 'Install one device' }).press('Enter');
    await page.getByRole('heading', { name: 'Installed just now' }).waitFor();
    await page.getByRole('button', { name: /^Label of/ }).click();
    await page.getByRole('img', { name: /^Code that leads to/ }).waitFor();
    await axe(page);
    await shot(page, 'install-label');
    clean();
    await close();
  });
});
