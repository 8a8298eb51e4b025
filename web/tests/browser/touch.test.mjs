// By fingers: a chart is panned and pinched, the side bar opened, a list sorted and a row opened, a tile moved. The touches are
// the browser's own, so that it decides what scrolls and what comes to the page.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { inDemo } from './demo.mjs';
import { asOperator, axe, BASE_URL, browser, joined, open, REFUSED, settled, shot } from './help.mjs';

const TABLET = { width: 1024, height: 1180 };
const PHONE = { width: 390, height: 800 };
const STEPS = 8;
const STEP_S = 0.04;

describe('touch', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  async function touched(viewport) {
    const one = await open(chrome, { viewport, touch: true, allow: [REFUSED] });
    await joined(one.context, one.page);
    await inDemo(one.page);
    const cdp = await one.context.newCDPSession(one.page);
    /**
     * Each finger goes from its first point to its second, all at once, and rests there before it is lifted: after a fling, the
     * next tap would only stop it.
     */
    const fingers = async (...ways) => {
      const at = (part) => ways.map(([[x, y], [toX, toY]], id) => ({ id, x: x + (toX - x) * part, y: y + (toY - y) * part }));
      const start = Date.now() / 1000;
      const send = (type, touchPoints, after) => cdp.send('Input.dispatchTouchEvent', { type, touchPoints, timestamp: start + after });
      await send('touchStart', at(0), 0);
      for (let step = 1; step <= STEPS; step += 1) await send('touchMove', at(step / STEPS), step * STEP_S);
      for (let rest = 1; rest <= STEPS; rest += 1) await send('touchMove', at(1), (STEPS + rest) * STEP_S);
      await send('touchEnd', [], (2 * STEPS + 1) * STEP_S);
    };
    return { ...one, fingers };
  }

  const range = (page) => new URL(page.url()).searchParams.get('range').split('~').map((one) => Date.parse(one) / 1000);

  test('a finger pans a chart, two pinch it, and one that goes up scrolls the page', async () => {
    const { page, fingers, clean, close } = await touched(PHONE);
    const { items } = await asOperator('GET', '/devices?state=installed&freshness=online&limit=1');
    await page.goto(`/devices/${items[0].id}?range=1h`);
    const over = page.locator('.u-over').first();
    await over.waitFor();
    await settled(page);
    await over.scrollIntoViewIfNeeded();
    const box = await over.boundingBox();
    const middle = box.y + box.height / 2;
    const [left, right] = [box.x + box.width * 0.2, box.x + box.width * 0.8];
    const before = Date.now() / 1000;
    await fingers([[left, middle], [right, middle]]);
    await page.waitForURL(/range=[^&]*(?:~|%7E)/);
    const panned = range(page);
    assert.ok(panned[1] < before - 1200 && panned[1] > before - 3600, `panned to the past: ${before - panned[1]} s`);
    assert.ok(Math.abs(panned[1] - panned[0] - 3600) < 60, 'as wide as before');
    const was = page.url();
    await fingers([[box.x + box.width * 0.4, middle], [left, middle]], [[box.x + box.width * 0.6, middle], [right, middle]]);
    await page.waitForURL((url) => url.href !== was);
    const pinched = range(page);
    assert.ok(pinched[1] - pinched[0] < (panned[1] - panned[0]) * 0.6, `closer: ${pinched[1] - pinched[0]} s`);
    await settled(page);
    await shot(page, 'touch-chart');
    const [there, scrolled] = [page.url(), await page.evaluate(() => scrollY)];
    await fingers([[box.x + box.width / 2, middle], [box.x + box.width / 2, middle - 200]]);
    await page.waitForFunction((from) => scrollY > from + 50, scrolled);
    assert.equal(page.url(), there, 'the chart stayed');
    clean();
    await close();
  });

  test('the side bar opens, leads on and closes', async () => {
    const { page, clean, close } = await touched(PHONE);
    await page.goto('/fleet');
    await settled(page);
    await page.getByRole('button', { name: 'Menu', exact: true }).tap();
    const drawer = page.getByRole('dialog', { name: 'Menu' });
    await drawer.waitFor();
    await axe(page);
    for (const link of await drawer.getByRole('link').all()) assert.ok((await link.boundingBox()).height >= 44);
    await drawer.getByRole('link', { name: 'Sites' }).tap();
    await page.getByRole('heading', { name: 'Sites', level: 1 }).waitFor();
    await drawer.waitFor({ state: 'hidden' });
    clean();
    await close();
  });

  test('a list is sorted and a row is opened, wherever it is tapped', async () => {
    const { page, clean, close } = await touched(TABLET);
    await page.goto('/fleet');
    await page.getByRole('grid').getByText(/^DX-/).first().waitFor();
    const header = page.getByRole('columnheader', { name: 'Device', exact: true });
    await header.getByRole('button').tap();
    await page.locator('[role=columnheader][aria-sort=ascending], [role=columnheader][aria-sort=descending]').first().waitFor();
    const first = await header.getAttribute('aria-sort');
    await header.getByRole('button').tap();
    await page.waitForFunction((was) => document.querySelector('[role=columnheader][aria-sort]:not([aria-sort=none])')?.getAttribute('aria-sort') !== was, first);
    await settled(page);
    const row = page.getByRole('row').nth(1);
    const serial = await row.getByRole('link').first().innerText();
    await row.getByRole('gridcell').last().tap();
    await page.getByRole('heading', { name: serial, level: 1 }).waitFor();
    clean();
    await close();
  });

  test('a tile of a dashboard is moved', async () => {
    const { page, fingers, clean, close } = await touched({ width: 1180, height: 820 });
    await page.goto('/dashboards');
    await page.getByRole('button', { name: 'New dashboard' }).tap();
    await page.getByLabel('Name', { exact: true }).fill(`Touched ${Date.now()}`);
    for (const title of ['First', 'Second']) {
      await page.getByRole('button', { name: 'Add a tile' }).tap();
      await page.getByRole('menuitem', { name: 'Note' }).tap();
      const dialog = page.getByRole('dialog', { name: /^Tile/ });
      await dialog.getByLabel('Title').fill(title);
      await dialog.getByLabel('Text').fill(title);
      await dialog.getByRole('button', { name: 'Take it' }).tap();
    }
    const place = async (title) => page.getByRole('region', { name: title }).boundingBox();
    const handle = await page.getByRole('button', { name: 'Move First' }).boundingBox();
    const from = [handle.x + 40, handle.y + handle.height / 2];
    await fingers([from, [from[0] + 500, from[1]]]);
    await settled(page);
    const [first, second] = [await place('First'), await place('Second')];
    assert.ok(first.x > second.x + 100, `beside: ${first.x} and ${second.x}`);
    await shot(page, 'touch-tile');
    await page.getByRole('button', { name: 'Save' }).tap();
    await page.getByText('The dashboard is saved').first().waitFor();
    await page.getByRole('button', { name: 'More' }).tap();
    await page.getByRole('menuitem', { name: 'Remove the dashboard' }).tap();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove the dashboard' }).tap();
    await page.waitForURL(/\/dashboards$/);
    clean();
    await close();
  });
});
