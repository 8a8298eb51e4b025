// Two people at once: what one does, the other sees without loading anything anew.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { demo, inDemo } from './demo.mjs';
import { asOperator, BASE_URL, browser, joined, open, REFUSED, settled } from './help.mjs';

/** As often as a list that no event speaks of is asked for again, and then some. */
const LIST_MS = 12_000;

describe('together', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  let acts;
  let looks;
  before(async () => {
    chrome = await browser();
    for (const name of ['Ada Byron', 'Lena Looks']) {
      const one = await open(chrome, { allow: [REFUSED] });
      await joined(one.context, one.page, { name });
      await inDemo(one.page);
      if (name === 'Ada Byron') acts = one;
      else looks = one;
    }
    await looks.page.clock.install();
  });
  after(async () => chrome.close());

  /** Marks the page that looks; whoever loads it anew loses the mark. */
  async function looking(path) {
    await looks.page.goto(path);
    await settled(looks.page);
    await looks.page.evaluate(() => { window.stayed = true; });
  }

  async function stayed() {
    assert.equal(await looks.page.evaluate(() => window.stayed), true, 'the page was loaded anew');
    acts.clean();
    looks.clean();
  }

  test('a device that one suspends is suspended for the other, in the fleet and on its page', async () => {
    const { items } = await asOperator('GET', `/devices?state=installed&project=${(await demo()).project}`);
    const device = items.at(-1);
    await looking(`/fleet?q=${device.serial}`);
    const row = looks.page.getByRole('row').filter({ hasText: device.serial });
    await row.getByText('installed', { exact: true }).waitFor();
    const { page } = acts;
    for (const [act, state] of [['Suspend', 'suspended'], ['Resume', 'installed']]) {
      await page.goto(`/devices/${device.id}/events`);
      if (act === 'Suspend') {
        await page.getByRole('button', { name: 'What can be done' }).click();
        await page.getByRole('menuitem', { name: `${act}…` }).click();
      } else await page.getByRole('button', { name: `${act}…` }).click();
      const dialog = page.getByRole('dialog', { name: `${act} ${device.serial}?` });
      await dialog.getByLabel('Reason').fill('seen by another');
      await dialog.getByRole('button', { name: act, exact: true }).click();
      await row.getByText(state, { exact: true }).waitFor();
      await stayed();
      if (act === 'Suspend') {
        await looking(`/devices/${device.id}/events`);
        await looks.page.getByText('suspended', { exact: true }).first().waitFor();
        await looking(`/fleet?q=${device.serial}`);
      }
    }
  });

  test('a site that one adds stands in the list of the other', async () => {
    await looking('/sites');
    const name = `Tábor ${Date.now()}`;
    const { page } = acts;
    await page.goto('/sites');
    await page.getByRole('button', { name: 'Add a site' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Add a site' });
    await dialog.getByLabel('Name').fill(name);
    await dialog.getByRole('button', { name: 'Add the site' }).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
    await looks.page.getByLabel('Search sites').fill('Tábor');
    await looks.page.getByRole('link', { name }).waitFor();
    await stayed();
  });

  test('a dashboard that one saves is changed for the other, and not under their hands', async () => {
    const board = await asOperator('POST', `/projects/${(await demo()).project}/dashboards`, { name: `Board ${Date.now()}`, tiles: [] });
    await looking(`/dashboards/${board.id}`);
    await looks.page.getByText('No tiles yet').waitFor();
    const { page } = acts;
    await page.goto(`/dashboards/${board.id}?edit=true`);
    await page.getByRole('button', { name: 'Add a tile' }).click();
    await page.getByRole('menuitem', { name: 'Note' }).click();
    await page.getByRole('dialog').getByLabel('Title').fill('Theirs');
    await page.getByRole('dialog').getByLabel('Text').fill('seen by another');
    await page.getByRole('dialog').getByRole('button', { name: 'Take it' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The dashboard is saved').first().waitFor();
    await looks.page.getByRole('region', { name: 'Theirs' }).waitFor();
    // Who is in the middle of it keeps what they have.
    await looks.page.getByRole('button', { name: 'Edit', exact: true }).click();
    await looks.page.getByLabel('Name', { exact: true }).fill('Mine');
    await asOperator('PUT', `/dashboards/${board.id}`, { name: 'Changed again', tiles: [], version: 2 });
    await looks.page.clock.fastForward(LIST_MS);
    await settled(looks.page);
    assert.equal(await looks.page.getByLabel('Name', { exact: true }).inputValue(), 'Mine');
    await stayed();
  });
});
