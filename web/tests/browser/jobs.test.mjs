// Long work: a page that survives a reload, its failures, and another try.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { axe, BASE_URL, browser, joined, open, PHONE, REFUSED, shot } from './help.mjs';

describe('jobs', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  /** A job that changes nothing: devices that stand already cannot be resumed, so each fails with its reason. */
  const started = (page) => page.evaluate(async () => {
    const devices = (await (await fetch('/api/v1/devices?state=installed&limit=500')).json()).items.map((one) => one.id);
    const answer = await fetch('/api/v1/jobs', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ kind: 'resume', devices, reason: 'a try' }) });
    return { status: answer.status, job: await answer.json(), count: devices.length };
  });

  for (const [name, options] of Object.entries({ light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE } })) {
    test(`a job with failures stands in ${name}`, async () => {
      const { context, page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
      await joined(context, page);
      await page.goto('/jobs');
      const { status, job, count } = await started(page);
      assert.equal(status, 202, JSON.stringify(job));
      await page.goto(`/jobs/${job.id}`);
      await page.getByRole('button', { name: `Retry the ${count} failed` }).waitFor();
      await page.reload();
      await page.getByRole('grid', { name: `${count} failed` }).waitFor();
      await axe(page);
      await shot(page, `job-${name}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out sideways');
      if (name === 'light') {
        await page.getByRole('button', { name: `Retry the ${count} failed` }).press('Enter');
        await page.getByRole('grid', { name: `${count} failed` }).waitFor();
      }
      await page.goto('/jobs');
      await page.getByRole('grid', { name: 'Jobs' }).getByText(`Resume ${count} devices`).first().waitFor();
      await axe(page);
      await shot(page, `jobs-${name}`);
      clean();
      await close();
    });
  }

  test('all that failed is in the file, however many pages it takes', async () => {
    const COUNT = 1730;
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await page.goto('/jobs');
    const { job } = await started(page);
    await page.goto(`/jobs/${job.id}`);
    await page.getByRole('button', { name: /^Retry/ }).waitFor();
    const real = await (await page.request.get(`/api/v1/jobs/${job.id}`)).json();
    await page.route(new RegExp(`/api/v1/jobs/${job.id}$`), (route) => route.fulfill({ json: { ...real, total: COUNT, done: 0, failed: COUNT } }));
    let held = null;
    await page.route(/\/failures/, async (route) => {
      const query = new URL(route.request().url()).searchParams;
      const from = Number(query.get('after') ?? 0);
      const to = Math.min(COUNT, from + Number(query.get('limit')));
      const items = Array.from({ length: to - from }, (_, index) => ({ device: `00000000-0000-4000-8000-${String(from + index).padStart(12, '0')}`, serial: `DX-${from + index}`, status: 409, text: 'it stands already' }));
      // The third page waits, so that what is shown meanwhile can be looked at.
      if (from === 1000 && held === null) await new Promise((done) => { held = done; });
      return route.fulfill({ json: { items, ...(to < COUNT ? { next: String(to) } : {}) } });
    });
    await page.reload();
    await page.getByRole('grid', { name: '1,730 failed' }).waitFor();
    const file = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download what failed as CSV' }).click();
    const progress = page.getByRole('progressbar', { name: 'Gathering what failed' });
    await progress.waitFor();
    await page.getByText('1,000 of 1,730').waitFor();
    await axe(page);
    await shot(page, 'job-gathering');
    held();
    const lines = readFileSync(await (await file).path(), 'utf8').trim().split('\r\n');
    assert.equal(lines.length, COUNT + 1);
    assert.equal(new Set(lines).size, COUNT + 1);
    await progress.waitFor({ state: 'detached' });
    // The list goes on too, as it is scrolled.
    const further = page.waitForResponse(/\/failures\?.*after=500/);
    await page.getByRole('row').nth(1).focus();
    await page.keyboard.press('End');
    await further;
    await page.getByText('DX-505', { exact: true }).waitFor();
    clean();
    await close();
  });
});
