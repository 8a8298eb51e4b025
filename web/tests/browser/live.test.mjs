// Which project's events are followed: that of the open page, whichever is chosen beside.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { demo } from './demo.mjs';
import { asOperator, BASE_URL, browser, joined, open, REFUSED } from './help.mjs';

describe('live', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  test('with two projects, a device follows its own and a list says that it follows none', async () => {
    const device = await demo();
    const { items } = await asOperator('GET', `/organizations/${device.organization}/projects`);
    if (items.length < 2) await asOperator('POST', `/organizations/${device.organization}/projects`, { name: 'Second' });
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await page.addInitScript((chosen) => { if (localStorage.getItem('fieldkeep-scope') === null) localStorage.setItem('fieldkeep-scope', chosen); }, `${device.organization}/`);
    const streams = [];
    page.on('request', (request) => { if (request.url().includes('/api/v1/events')) streams.push(new URL(request.url()).searchParams.get('project')); });
    const mark = page.locator('header .live');
    await page.goto('/fleet');
    await mark.getByText('not live: choose a project').waitFor();
    assert.deepEqual(streams, []);
    await page.goto(`/devices/${device.id}`);
    await mark.getByText('live', { exact: true }).waitFor();
    assert.deepEqual([...new Set(streams)], [device.project]);
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'Fleet' }).click();
    await mark.getByText('not live: choose a project').waitFor();
    clean();
    await close();
  });
});
