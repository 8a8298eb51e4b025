// Dashboards: by model without any set-up, arranged by keyboard and mouse, kept against somebody else's change, on a wall.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inDemo } from './demo.mjs';
import { axe, BASE_URL, browser, joined, open, PHONE, REFUSED, settled, shot } from './help.mjs';

describe('dashboards', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  for (const [name, options] of Object.entries({ light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE } })) {
    test(`a model's dashboard and the wall stand in ${name}`, async () => {
      const { context, page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
      await joined(context, page);
      await inDemo(page);
      await page.goto('/dashboards');
      await page.getByRole('link', { name: /DX-1/ }).click();
      await page.getByRole('heading', { name: 'DX-1', exact: true }).waitFor();
      await page.locator('section.tile canvas').first().waitFor();
      await page.getByRole('heading', { name: 'Devices of DX-1' }).waitFor();
      await settled(page);
      await axe(page);
      await shot(page, `dashboard-${name}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out sideways');
      await page.goto(`${new URL(page.url()).pathname}/wall`);
      await page.getByRole('button', { name: 'Leave the wall' }).waitFor();
      assert.equal(await page.getByRole('navigation').count(), 0);
      await settled(page);
      await axe(page);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Make it ours' }).waitFor();
      clean();
      await close();
    });
  }

  test('tiles are added, moved by keyboard and mouse, saved, and restored', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await inDemo(page);
    await page.goto('/dashboards');
    await page.getByRole('button', { name: 'New dashboard' }).click();
    await page.getByLabel('Name', { exact: true }).fill(`Board ${Date.now()}`);
    for (const [kind, title] of [['Note', 'First'], ['Note', 'Second']]) {
      await page.getByRole('button', { name: 'Add a tile' }).click();
      await page.getByRole('menuitem', { name: kind }).click();
      const dialog = page.getByRole('dialog', { name: /^Tile/ });
      await dialog.getByLabel('Title').fill(title);
      await dialog.getByLabel('Text').fill(`What ${title} says`);
      await dialog.getByRole('button', { name: 'Take it' }).click();
    }
    const handle = page.getByRole('button', { name: 'Move Second' });
    const box = async (title) => page.getByRole('region', { name: title }).boundingBox();
    await handle.focus();
    for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Shift+ArrowRight');
    await settled(page);
    assert.equal((await box('First')).y, (await box('Second')).y, 'beside each other');
    assert.ok((await box('Second')).width > (await box('First')).width, 'wider');
    const from = await page.getByRole('button', { name: 'Move First' }).boundingBox();
    await page.mouse.move(from.x + 40, from.y + 10);
    await page.mouse.down();
    await page.mouse.move(from.x + 40, from.y + 160, { steps: 6 });
    await page.mouse.move(from.x + 500, from.y + 160, { steps: 6 });
    await page.mouse.up();
    await settled(page);
    assert.ok((await box('First')).y > (await box('Second')).y, 'moved below');
    await axe(page);
    await shot(page, 'dashboard-edit');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The dashboard is saved').first().waitFor();
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Versions' }).click();
    const versions = page.getByRole('dialog', { name: 'Versions' });
    await versions.getByText('Version 2').waitFor();
    await axe(page);
    await shot(page, 'dashboard-versions');
    await versions.getByRole('button', { name: 'Restore' }).click();
    await page.getByRole('heading', { name: 'No tiles yet' }).waitFor();
    clean();
    await close();
  });

  test("somebody else's change is shown, and mine can be kept", async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await inDemo(page);
    await page.goto('/dashboards');
    await page.getByRole('button', { name: 'New dashboard' }).click();
    await page.getByLabel('Name', { exact: true }).waitFor();
    const id = new URL(page.url()).pathname.split('/').pop();
    const note = (title) => ({ id: title.toLowerCase(), kind: 'note', x: 0, y: 0, w: 4, h: 2, title, text: title });
    const status = await page.evaluate(async ([board, tile]) => (await fetch(`/api/v1/dashboards/${board}`, {
      method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ name: 'Changed elsewhere', tiles: [tile], version: 1 }),
    })).status, [id, note('Theirs')]);
    assert.equal(status, 200);
    await page.getByRole('status').filter({ hasText: 'saved this dashboard meanwhile' }).waitFor();
    await page.getByRole('button', { name: 'Add a tile' }).click();
    await page.getByRole('menuitem', { name: 'Note' }).click();
    await page.getByRole('dialog').getByLabel('Title').fill('Mine');
    await page.getByRole('dialog').getByRole('button', { name: 'Take it' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Changed by me');
    await page.getByRole('button', { name: 'Save' }).click();
    const conflict = page.getByRole('dialog', { name: 'Somebody else changed it meanwhile' });
    await conflict.getByText('Theirs', { exact: false }).first().waitFor();
    for (const name of ['Changed elsewhere', 'Changed by me']) await conflict.getByText(`renamed to ${name}`).waitFor();
    await axe(page);
    await shot(page, 'dashboard-conflict');
    await conflict.getByRole('button', { name: 'Keep mine' }).click();
    await page.getByText('The dashboard is saved').first().waitFor();
    await page.getByRole('region', { name: 'Mine' }).waitFor();
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Remove the dashboard' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the dashboard' }).click();
    await page.waitForURL(/\/dashboards$/);
    // A model that nobody has is no dashboard.
    await page.goto('/dashboards/model:Nobody');
    await page.getByRole('alert').filter({ hasText: 'not there' }).or(page.getByText('There is no such')).first().waitFor();
    clean();
    await close();
  });
});
