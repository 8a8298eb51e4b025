// Long work: a page that survives a reload, its failures, and another try.
import assert from 'node:assert/strict';
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
});
