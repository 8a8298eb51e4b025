// Every screen at 320 px, as text spaced wide, and as text of twice the size: nothing is cut off, nothing sticks out sideways, and
// every target can be hit (WCAG 1.4.4, 1.4.10, 1.4.12, 2.5.8).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { asOperator, BASE_URL, browser, drawn, joined, open, REFUSED, settled, shot } from './help.mjs';
import { goes, screens } from './screens.mjs';
import { clipped, small, squeezed } from './walk.mjs';

const NARROW = { width: 320, height: 700 };
const OPEN = ['/sign-in', '/join#nothing'];
const MODES = { 'light and English': {}, 'dark and Spanish': { theme: 'dark', language: 'es' } };
/** As WCAG 1.4.12 has it. */
const SPACED = '* { letter-spacing: 0.12em !important; word-spacing: 0.16em !important; line-height: 1.5 !important } p { margin-bottom: 2em !important }';

describe('narrow', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  let all;
  before(async () => {
    chrome = await browser();
    const { paths, place, board } = await screens();
    const devices = (await asOperator('GET', '/devices?state=installed&limit=3')).items.map((one) => one.id);
    const job = await asOperator('POST', '/jobs', { kind: 'resume', devices, reason: 'a try' }).catch(() => null);
    all = { place, paths: [...paths, `/dashboards/${board.id}/wall`, ...(job ? [`/jobs/${job.id}`] : [])] };
  });
  after(async () => chrome.close());

  /** Walks, and says all that was found, not only the first. */
  async function walk(options, name, look, prepare = async () => undefined) {
    const { context, page, clean, close } = await open(chrome, { viewport: NARROW, allow: [REFUSED], ...options });
    await joined(context, page, { language: options.language });
    await page.addInitScript((chosen) => localStorage.setItem('fieldkeep-scope', chosen), `${all.place.organization}/${all.place.project}`);
    await prepare(page, context);
    await page.goto('/fleet');
    await settled(page);
    const wrong = [];
    for (const path of all.paths) {
      await goes(page, path);
      await drawn(page);
      await settled(page);
      for (const one of await look(page)) wrong.push(`${path}: ${one}`);
      await shot(page, `narrow-${name.replaceAll(' ', '-')}${path.replaceAll(/[0-9a-f-]{36}/g, 'one').replaceAll(/\W+/g, '-')}`);
    }
    clean();
    await close();
    assert.equal([...new Set(wrong)].join('\n'), '');
  }

  const sideways = (page) => page.evaluate(() => (document.documentElement.scrollWidth > innerWidth ? [`${document.documentElement.scrollWidth} px wide`] : []));

  for (const [name, options] of Object.entries(MODES)) {
    test(`every screen at 320 px in ${name}`, () => walk(options, name, async (page) => [...await sideways(page), ...await clipped(page), ...await small(page)]));

    test(`what is open to everybody at 320 px in ${name}`, async () => {
      const { page, clean, close } = await open(chrome, { viewport: NARROW, allow: [REFUSED], theme: options.theme, locale: options.language ?? 'en-GB' });
      for (const path of OPEN) {
        await page.goto(path);
        await settled(page);
        assert.deepEqual([...await sideways(page), ...await clipped(page), ...await small(page)], [], path);
      }
      clean();
      await close();
    });
  }

  test('every screen at 320 px with text spaced wide', () => walk({}, 'spaced', async (page) => [...await sideways(page), ...await clipped(page)], (page) => page.addInitScript((css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets = [sheet];
  }, SPACED)));

  // The size of text that somebody chose in the browser, not its zoom: that is the walk at 320 px.
  test('every screen with text of twice the size', () => walk({ viewport: { width: 1280, height: 900 } }, 'large', async (page) => [...await sideways(page), ...await clipped(page), ...await squeezed(page)], async (page, context) => {
    const cdp = await context.newCDPSession(page);
    await cdp.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
  }));
});
