// What components and the sign-in look like, kept as pictures: fixed data, a fixed clock and own fonts draw the same bytes each
// time. It needs no server, but `npm run build:gallery`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { compare, LOOKS, painter, picture, serving, WEB } from './golden.mjs';
import { open, REFUSED } from './help.mjs';

const GALLERY = join(WEB, 'dist-gallery');
const NOW = new Date('2026-11-18T12:00:00Z');
const PAGES = {
  basics: ['/gallery', (page) => page.getByRole('heading', { name: 'Components' })],
  table: ['/gallery?show=table&rows=2000', (page) => page.getByRole('row').nth(3)],
  chart: ['/gallery?show=chart', (page) => page.locator('.u-over').nth(1)],
  'sign-in': ['/sign-in', (page) => page.getByRole('heading', { name: 'Sign in' })],
};

describe('golden pictures', { skip: !existsSync(GALLERY) && 'no dist-gallery: npm run build:gallery' }, () => {
  let chrome;
  let base;
  let stop;
  before(async () => {
    ({ base, stop } = await serving(GALLERY));
    chrome = await painter();
  });
  after(async () => {
    await chrome.close();
    stop();
  });

  for (const [name, [path, ready]] of Object.entries(PAGES)) {
    for (const [look, options] of Object.entries(LOOKS)) {
      test(`${name} in ${look}`, async (told) => {
        const { page, clean, close } = await open(chrome, { ...options, server: { base }, overlaid: false, allow: [REFUSED] });
        await page.clock.setFixedTime(NOW);
        await page.goto(path);
        await ready(page).waitFor();
        const now = await picture(page);
        clean();
        await close();
        compare(told, chrome, `${name}-${look}`, now);
      });
    }
  }
});
