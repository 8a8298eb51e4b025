// What components and the sign-in look like, kept as pictures: fixed data, a fixed clock and own fonts draw the same bytes each
// time. It needs no server, but `npm run build:gallery`. FIELDKEEP_WRITE_GOLDEN=1 writes them; else a picture that differs is
// written beside as .new.png. Another Chromium may draw letters otherwise: then sizes alone are compared, and it says so.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { browser, drawn, open, PHONE, quiet, REFUSED } from './help.mjs';
import { freePorts } from './server.mjs';

const WEB = new URL('../..', import.meta.url).pathname;
const GALLERY = join(WEB, 'dist-gallery');
const GOLDEN = join(WEB, 'tests/golden');
const VERSION = join(GOLDEN, 'chromium.txt');
const WRITES = process.env.FIELDKEEP_WRITE_GOLDEN === '1';
const NOW = new Date('2026-11-18T12:00:00Z');
const LOOKS = { light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE } };
const PAGES = {
  basics: ['/gallery', (page) => page.getByRole('heading', { name: 'Components' })],
  table: ['/gallery?show=table&rows=2000', (page) => page.getByRole('row').nth(3)],
  chart: ['/gallery?show=chart', (page) => page.locator('.u-over').nth(1)],
  'sign-in': ['/sign-in', (page) => page.getByRole('heading', { name: 'Sign in' })],
};

/** Width and height of a PNG: they stand in its first chunk. */
const size = (png) => `${png.readUInt32BE(16)}×${png.readUInt32BE(20)}`;

/** The picture once two in a row are the same. */
async function resting(page) {
  const shoot = () => page.screenshot({ animations: 'disabled', caret: 'hide', scale: 'css' });
  let before = await shoot();
  for (let turn = 0; turn < 8; turn += 1) {
    const next = await shoot();
    if (next.equals(before)) return next;
    before = next;
  }
  return assert.fail('it does not come to rest');
}

describe('golden pictures', { skip: !existsSync(GALLERY) && 'no dist-gallery: npm run build:gallery' }, () => {
  let chrome;
  let server;
  let base;
  let same;
  before(async () => {
    const [port] = await freePorts(1);
    base = `http://localhost:${port}`;
    server = spawn(process.execPath, [join(WEB, 'scripts/serve.mjs'), GALLERY, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((done) => { server.stdout.once('data', done); });
    // Letters and edges as the software draws them everywhere: no hints of the screen, one colour space.
    chrome = await browser(['--font-render-hinting=none', '--disable-lcd-text', '--force-color-profile=srgb', '--hide-scrollbars', '--disable-partial-raster', '--disable-skia-runtime-opts', '--num-raster-threads=1']);
    mkdirSync(GOLDEN, { recursive: true });
    if (WRITES) writeFileSync(VERSION, `${chrome.version()}\n`);
    same = existsSync(VERSION) && readFileSync(VERSION, 'utf8').trim() === chrome.version();
  });
  after(async () => {
    await chrome.close();
    server.kill();
  });

  for (const [name, [path, ready]] of Object.entries(PAGES)) {
    for (const [look, options] of Object.entries(LOOKS)) {
      test(`${name} in ${look}`, async (told) => {
        const { page, clean, close } = await open(chrome, { ...options, server: { base }, overlaid: false, allow: [REFUSED] });
        await page.clock.setFixedTime(NOW);
        await page.goto(path);
        await ready(page).waitFor();
        await page.evaluate(() => document.fonts.ready);
        // Icons come from a file of their own.
        await drawn(page);
        await quiet(page);
        await drawn(page);
        const picture = await resting(page);
        clean();
        await close();
        const file = join(GOLDEN, `${name}-${look}.png`);
        const fresh = join(GOLDEN, `${name}-${look}.new.png`);
        rmSync(fresh, { force: true });
        if (WRITES) return writeFileSync(file, picture);
        assert.ok(existsSync(file), `${file} is not there: FIELDKEEP_WRITE_GOLDEN=1 writes it`);
        const golden = readFileSync(file);
        assert.equal(size(picture), size(golden));
        if (!same) return told.skip(`this is Chromium ${chrome.version()}, the pictures are of ${readFileSync(VERSION, 'utf8').trim()}: their size is right, their bytes are not compared`);
        if (!picture.equals(golden)) {
          writeFileSync(fresh, picture);
          assert.fail(`it looks otherwise: compare ${file} with ${fresh}`);
        }
      });
    }
  }
});
