// A chart by itself, in the gallery: it needs no server, but `npm run build:gallery`.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { serving, WEB } from './golden.mjs';
import { browser, open, REFUSED } from './help.mjs';

const GALLERY = join(WEB, 'dist-gallery');

describe('a chart', { skip: !existsSync(GALLERY) && 'no dist-gallery: npm run build:gallery' }, () => {
  let chrome;
  let base;
  let stop;
  before(async () => {
    ({ base, stop } = await serving(GALLERY));
    chrome = await browser();
  });
  after(async () => {
    await chrome.close();
    stop();
  });

  const drawn = (page) => page.locator('.plots canvas').first().evaluate((canvas) => canvas.toDataURL());

  test('that was moved looks as one that is drawn there anew', async () => {
    const { page, clean, close } = await open(chrome, { server: { base }, overlaid: false, allow: [REFUSED] });
    await page.clock.install();
    await page.goto('/gallery?show=chart&single');
    await page.clock.runFor(1000);
    await page.locator('.u-over').first().waitFor();
    await page.getByRole('application').focus();
    for (let press = 0; press < 5; press += 1) await page.keyboard.press('+');
    await page.clock.runFor(1000);
    const before = await drawn(page);
    // Its data come after a rest that does not end here: only the span is another.
    await page.keyboard.press('Shift+ArrowLeft');
    const moved = await drawn(page);
    assert.notEqual(moved, before);
    await page.evaluate(() => {
      document.querySelector('.plots canvas').dataset.old = '';
      dispatchEvent(new Event('fieldkeep:theme'));
    });
    await page.locator('.plots canvas[data-old]').waitFor({ state: 'detached' });
    while ((await page.locator('.plots canvas').count()) === 0) await page.clock.runFor(10);
    assert.equal(await drawn(page), moved);
    clean();
    await close();
  });

  test('keeps what is drawn when its place gets wider', async () => {
    const { page, clean, close } = await open(chrome, { server: { base }, overlaid: false, allow: [REFUSED] });
    await page.goto('/gallery?show=chart&single');
    await page.locator('.u-over').first().waitFor();
    const width = await page.evaluate(() => {
      const canvas = document.querySelector('.plots canvas');
      canvas.dataset.old = '';
      return canvas.width;
    });
    await page.setViewportSize({ width: 900, height: 700 });
    await page.waitForFunction((before) => document.querySelector('.plots canvas').width !== before, width);
    assert.equal(await page.locator('.plots canvas[data-old]').count(), 1);
    clean();
    await close();
  });
});
