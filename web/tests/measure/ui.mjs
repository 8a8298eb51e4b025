// Measures what the design promises of the page, prints one JSON document at the end, and fails above a bound. BASE_URL and
// OPERATOR_KEY_FILE name a running server, as for the browser tests. Lighthouse looks at SERVER_URL, which is the same server as
// other machines reach it: over TLS and HTTP/2. A phone never has the console's address of this machine alone, with its six
// connections. With DIST the page's files come from there, over HTTP/1.1. RUNS is how often Lighthouse looks at each page (5); 0
// leaves it out, and it is left out where its package is not installed (`npm ci --ignore-scripts` in this folder). Needs
// `npm run build` and `npm run build:gallery` before.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { BASE_URL, browser, joined, open, PHONE, REFUSED, settled, WIDE } from '../browser/help.mjs';
import { demo, inDemo } from '../browser/demo.mjs';
import { freePorts } from '../browser/server.mjs';

const WEB = new URL('../..', import.meta.url).pathname;
const RUNS = Number(process.env.RUNS ?? 5);
const ROWS = 2000;
const BOUNDS = {
  'chart redraw, 10 000 points, ms': 8, 'chart redraw, 100 000 points, ms': 25, 'blank samples in fast scroll of 2 000 rows': 0, 'sort of 2 000 rows, ms': 100,
  'CLS, fleet': 0.01, 'CLS, device': 0.01, 'CLS, fleet on a phone': 0.01, 'CLS, device on a phone': 0.01,
  'first load, JS KB': 80, 'first load, CSS KB': 15, 'first load, fonts KB': 80,
};
/** At least. */
const SCORES = { accessibility: 100, 'best-practices': 100 };
const SPEED = { desktop: 95, mobile: 90 };

const found = {};
const failed = [];
const started = [];
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];
const rounded = (value, digits = 2) => Number(value.toFixed(digits));

function says(name, value) {
  console.error(`${name}: ${value}`);
  found[name] = value;
  if (value > BOUNDS[name]) failed.push(`${name}: ${value}, at most ${BOUNDS[name]}`);
}

/** A static server of a build; what it has not, it asks of the server. */
async function serve(folder, upstream) {
  const [port] = await freePorts(1);
  const child = spawn(process.execPath, [join(WEB, 'scripts/serve.mjs'), folder, String(port), ...(upstream ? [upstream] : [])], { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(child);
  await new Promise((done) => { child.stdout.once('data', done); });
  return `http://localhost:${port}`;
}

/** From a key press to the canvas with everything on it: the work of one frame, of Svelte, uPlot and the raster together. */
async function redraw(chrome, base, points) {
  const { page, close } = await open(chrome, { server: { base }, overlaid: false, allow: [REFUSED] });
  await page.goto(`/gallery?show=chart&single&points=${points}`);
  await page.locator('.u-over').first().waitFor();
  const times = await page.evaluate(async () => {
    const keys = document.querySelector('[role=application]');
    const canvas = keys.querySelector('canvas');
    const out = [];
    for (let turn = 0; turn < 25; turn += 1) {
      const at = performance.now();
      keys.dispatchEvent(new KeyboardEvent('keydown', { key: turn % 2 === 0 ? 'ArrowLeft' : 'ArrowRight', bubbles: true }));
      // Svelte and uPlot both work in microtasks: in this many, one of the other has followed. A task would wait for the browser.
      for (let tick = 0; tick < 8; tick += 1) await Promise.resolve();
      // A canvas draws when it has to: reading a pixel makes it.
      canvas.getContext('2d').getImageData(0, 0, 1, 1);
      out.push(performance.now() - at);
    }
    return out.slice(5);
  });
  await close();
  return rounded(median(times));
}

async function table(chrome, base) {
  const { page, context, close } = await open(chrome, { server: { base }, overlaid: false, allow: [REFUSED] });
  await page.goto(`/gallery?show=table&rows=${ROWS}`);
  await page.getByRole('row').nth(5).waitFor();
  const sort = await page.evaluate(async () => {
    const button = [...document.querySelectorAll('[role=columnheader] button')].find((one) => one.textContent.includes('Value'));
    const out = [];
    for (let turn = 0; turn < 9; turn += 1) {
      const at = performance.now();
      button.click();
      await new Promise((done) => {
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.addEventListener('message', () => done());
          port1.start();
          port2.postMessage(0);
        });
      });
      out.push(performance.now() - at);
    }
    return out.slice(1);
  });
  says('sort of 2 000 rows, ms', rounded(median(sort)));
  const grid = await page.getByRole('grid').boundingBox();
  await page.evaluate(() => {
    const scroller = document.querySelector('[role=grid]');
    const box = scroller.getBoundingClientRect();
    window.samples = { frames: 0, blank: 0, from: scroller.scrollTop };
    const look = () => {
      window.samples.frames += 1;
      for (let part = 1; part < 10; part += 1) {
        const hit = document.elementFromPoint(box.left + box.width / 2, box.top + 40 + ((box.height - 60) * part) / 10);
        if (!hit?.closest('[role=row]')) { window.samples.blank += 1; break; }
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  const cdp = await context.newCDPSession(page);
  for (const yDistance of [-40_000, -40_000, 80_000]) {
    await cdp.send('Input.synthesizeScrollGesture', { x: grid.x + 300, y: grid.y + 300, yDistance, speed: 30_000, gestureSourceType: 'mouse' });
  }
  const samples = await page.evaluate(() => ({ ...window.samples, top: document.querySelector('[role=grid]').scrollTop }));
  says('blank samples in fast scroll of 2 000 rows', samples.blank);
  found['frames looked at while scrolling'] = samples.frames;
  await close();
}

async function shifts(chrome) {
  const device = await demo();
  for (const [size, viewport] of [['', WIDE], [' on a phone', PHONE]]) {
    for (const [name, path] of [['fleet', '/fleet'], ['device', `/devices/${device.id}`]]) {
      const { context, page, close } = await open(chrome, { viewport, allow: [REFUSED] });
      await joined(context, page);
      await inDemo(page);
      await page.addInitScript(() => {
        window.shifted = 0;
        new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value; }).observe({ type: 'layout-shift', buffered: true });
      });
      await page.goto(path);
      await page.locator(name === 'fleet' ? '[role=grid] .line' : '.u-over').first().waitFor();
      await settled(page);
      says(`CLS, ${name}${size}`, rounded(await page.evaluate(() => window.shifted), 4));
      await close();
    }
  }
}

function bytes() {
  const said = execFileSync(process.execPath, [join(WEB, 'scripts/budget.mjs')], { encoding: 'utf8' });
  for (const [, kind, size] of said.matchAll(/^\S+\s+(js|css|fonts)\s+([\d.]+) KB/gm)) says(`first load, ${{ js: 'JS', css: 'CSS', fonts: 'fonts' }[kind]} KB`, Number(size));
}

/**
 * How many times slower than this machine a middling phone is. Lighthouse takes four, which is right on a machine of index 1750; on a
 * slower one it would imitate a phone that nobody has (its docs/throttling.md, "Calibrating the CPU slowdown").
 */
const INDEX_OF_PHONE = 1750 / 4;
const slowdown = (index) => rounded(Math.min(4, Math.max(1, index / INDEX_OF_PHONE)), 1);

/**
 * Paint holding keeps a first picture back for a second, now and then, where no display is: nobody's screen does that. The demo's
 * certificate comes from a root of its own.
 */
const CHROME_FLAGS = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--ignore-certificate-errors', '--disable-features=PaintHolding'];
const KINDS = ['performance', 'accessibility', 'best-practices'];

async function lighthouse(base, cookie) {
  const folder = new URL('node_modules/', import.meta.url);
  if (RUNS === 0 || !existsSync(folder)) {
    found.lighthouse = RUNS === 0 ? 'left out: RUNS=0' : 'left out: its package is not installed';
    return;
  }
  const { default: run, desktopConfig } = await import('lighthouse');
  const { throttling } = await import('lighthouse/core/config/constants.js');
  const { launch } = await import('chrome-launcher');
  const device = await demo();
  const pages = [['sign-in', '/sign-in', false], ['fleet', `/fleet?project=${device.project}`, true], ['device', `/devices/${device.id}`, true]];
  const once = async (path, options, config) => {
    const chrome = await launch({ chromePath: process.env.CHROMIUM ?? '/usr/bin/chromium', chromeFlags: CHROME_FLAGS });
    try {
      const { lhr } = await run(base + path, { port: chrome.port, logLevel: 'error', maxWaitForLoad: 25_000, ...options }, config);
      if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
      return lhr;
    } finally {
      await chrome.kill();
    }
  };
  const indices = [];
  for (let turn = 0; turn < Math.min(RUNS, 3); turn += 1) indices.push((await once('/sign-in', { onlyCategories: ['performance'] }, desktopConfig)).environment.benchmarkIndex);
  const cpuSlowdownMultiplier = slowdown(median(indices));
  found.lighthouse = { address: base, runs: RUNS, benchmark_index: median(indices), cpu_slowdown_of_phone: cpuSlowdownMultiplier };
  for (const preset of ['desktop', 'mobile']) {
    for (const [name, path, inside] of pages) {
      const scores = Object.fromEntries([...KINDS, 'lcp', 'tbt'].map((kind) => [kind, []]));
      let shown = '';
      const missed = new Set();
      for (let turn = 0; turn < RUNS; turn += 1) {
        const phone = preset === 'mobile' ? { throttling: { ...throttling.mobileSlow4G, cpuSlowdownMultiplier } } : {};
        const lhr = await once(path, { onlyCategories: KINDS, ...phone, ...(inside ? { extraHeaders: { Cookie: cookie } } : {}) }, preset === 'desktop' ? desktopConfig : undefined);
        for (const kind of KINDS) {
          scores[kind].push(Math.round(lhr.categories[kind].score * 100));
          if (kind !== 'performance') for (const { id, weight } of lhr.categories[kind].auditRefs) if (weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 1) missed.add(`${id}${why(lhr.audits[id])}`);
        }
        scores.lcp.push(Math.round(lhr.audits['largest-contentful-paint'].numericValue));
        scores.tbt.push(Math.round(lhr.audits['total-blocking-time'].numericValue));
        shown = lhr.finalDisplayedUrl;
        console.error(`Lighthouse, ${name}, ${preset}, ${turn + 1} of ${RUNS}: ${scores.performance.at(-1)}, largest ${scores.lcp.at(-1)} ms, blocked ${scores.tbt.at(-1)} ms`);
      }
      const said = Object.fromEntries(Object.entries(scores).map(([kind, list]) => [kind, median(list)]));
      found.lighthouse[`${name}, ${preset}`] = { ...said, all: scores.performance, shown: new URL(shown).pathname, ...(missed.size > 0 ? { missed: [...missed] } : {}) };
      for (const [kind, least] of Object.entries({ ...SCORES, performance: SPEED[preset] })) if (said[kind] < least) failed.push(`Lighthouse ${kind} of ${name}, ${preset}: ${said[kind]}, at least ${least}`);
    }
  }
}

/** What an audit found, where it lists things. */
function why(audit) {
  const items = (audit.details?.items ?? []).slice(0, 3).map((one) => one.description ?? one.node?.selector ?? '');
  return items.length > 0 ? `: ${items.join(' | ')}` : '';
}

if (BASE_URL === '') throw new Error('BASE_URL says where a server is');
try {
  found.machine = { cpus: cpus().length, load: loadavg().map((one) => rounded(one, 1)) };
  const gallery = await serve(join(WEB, 'dist-gallery'));
  const chrome = await browser();
  found.chromium = chrome.version();
  for (const [points, name] of [[10_000, '10 000'], [100_000, '100 000']]) says(`chart redraw, ${name} points, ms`, await redraw(chrome, gallery, points));
  await table(chrome, gallery);
  await shifts(chrome);
  bytes();
  const { context, page, close } = await open(chrome, { allow: [REFUSED] });
  await joined(context, page);
  const cookie = (await context.cookies()).map((one) => `${one.name}=${one.value}`).join('; ');
  await close();
  await chrome.close();
  await lighthouse(process.env.DIST ? await serve(process.env.DIST, BASE_URL) : (process.env.SERVER_URL ?? BASE_URL), cookie);
} catch (thrown) {
  // What was measured until then is still told.
  failed.push(`could not be measured: ${thrown.message}`);
} finally {
  for (const child of started) child.kill();
}
console.log(JSON.stringify({ ...found, failed }, null, 2));
process.exit(failed.length > 0 ? 1 : 0);
