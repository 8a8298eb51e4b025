// Golden pictures: how a browser is made to draw the same bytes each time, and how a picture is compared with the one that is
// kept. FIELDKEEP_WRITE_GOLDEN=1 writes them; else a picture that differs is written beside as .new.png. Another Chromium may
// draw letters otherwise: then sizes alone are compared, and it says so.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { browser, drawn, PHONE, quiet } from './help.mjs';
import { freePorts } from './server.mjs';

export const WEB = new URL('../..', import.meta.url).pathname;
export const GOLDEN = join(WEB, 'tests/golden');
export const WRITES = process.env.FIELDKEEP_WRITE_GOLDEN === '1';
export const LOOKS = { light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE } };
const VERSION = join(GOLDEN, 'chromium.txt');

/** Letters and edges as the software draws them everywhere: no hints of the screen, one colour space. */
export async function painter() {
  const chrome = await browser(['--font-render-hinting=none', '--disable-lcd-text', '--force-color-profile=srgb', '--hide-scrollbars', '--disable-partial-raster', '--disable-skia-runtime-opts', '--num-raster-threads=1']);
  mkdirSync(GOLDEN, { recursive: true });
  if (WRITES) writeFileSync(VERSION, `${chrome.version()}\n`);
  return chrome;
}

/** A static server of a build. */
export async function serving(folder) {
  const [port] = await freePorts(1);
  const server = spawn(process.execPath, [join(WEB, 'scripts/serve.mjs'), folder, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((done) => { server.stdout.once('data', done); });
  return { base: `http://localhost:${port}`, stop: () => server.kill() };
}

/** Width and height of a PNG: they stand in its first chunk. */
const size = (png) => `${png.readUInt32BE(16)}×${png.readUInt32BE(20)}`;

/** The picture once all is there and two in a row are the same. */
export async function picture(page) {
  await page.evaluate(() => document.fonts.ready);
  // Icons come from a file of their own.
  await drawn(page);
  await quiet(page);
  await drawn(page);
  const shoot = () => page.screenshot({ animations: 'disabled', caret: 'hide', scale: 'css' });
  let before = await shoot();
  for (let turn = 0; turn < 8; turn += 1) {
    const next = await shoot();
    if (next.equals(before)) return next;
    before = next;
  }
  return assert.fail('it does not come to rest');
}

/** Whether it looks as it did. */
export function compare(told, chrome, name, drawnNow) {
  const file = join(GOLDEN, `${name}.png`);
  const fresh = join(GOLDEN, `${name}.new.png`);
  rmSync(fresh, { force: true });
  if (WRITES) return writeFileSync(file, drawnNow);
  assert.ok(existsSync(file), `${file} is not there: FIELDKEEP_WRITE_GOLDEN=1 writes it`);
  const golden = readFileSync(file);
  assert.equal(size(drawnNow), size(golden));
  const of = existsSync(VERSION) ? readFileSync(VERSION, 'utf8').trim() : '';
  if (of !== chrome.version()) return told.skip(`this is Chromium ${chrome.version()}, the pictures are of ${of}: their size is right, their bytes are not compared`);
  if (drawnNow.equals(golden)) return undefined;
  writeFileSync(fresh, drawnNow);
  return assert.fail(`it looks otherwise: compare ${file} with ${fresh}`);
}
