// The fleet: found, filtered, sorted and acted on; at fifty thousand devices as at eight.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { demo, inDemo } from './demo.mjs';
import { asOperator, axe, BASE_URL, browser, joined, open, PHONE, REFUSED, settled, shot } from './help.mjs';

const COUNT = 50_000;
const STATES = ['installed', 'installed', 'installed', 'installed', 'suspended', 'claimed', 'revoked'];
const HEARD = ['online', 'online', 'online', 'stale', 'offline', 'never'];
const NOW = Date.now();

/** A deployment larger than a test can enrol: the answers that the server would give, to the same questions. */
async function staged(page) {
  const asked = [];
  const all = Array.from({ length: COUNT }, (_, index) => ({
    id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`, maker: 'm', order: 'o', model: index % 3 === 0 ? 'DX-2' : 'DX-1', serial: `DX-${String(index).padStart(6, '0')}`,
    state: STATES[index % STATES.length], owner_epoch: 1, made_at: new Date(NOW - 9e9).toISOString(), freshness: HEARD[index % HEARD.length],
    last_seen: index % HEARD.length === 5 ? null : new Date(NOW - (index % 5000) * 1000).toISOString(), held: index % 40 === 0 ? (index % 7) + 1 : 0, project: null, site: null,
  }));
  await page.route(/\/api\/v1\/devices\?/, (route) => {
    const query = new URL(route.request().url()).searchParams;
    asked.push(Object.fromEntries(query));
    let found = all.filter((one) => ['state', 'freshness', 'model'].every((name) => !query.get(name) || one[name] === query.get(name))
      && (!query.get('q') || one.serial.toLowerCase().includes(query.get('q').toLowerCase())));
    if (query.get('order') === 'desc') found = found.toReversed();
    const start = Number(query.get('after') ?? 0);
    const limit = Number(query.get('limit') ?? 100);
    const next = start + limit < found.length ? { next: String(start + limit) } : {};
    return route.fulfill({ json: { items: found.slice(start, start + limit), total: found.length, ...next } });
  });
  const counted = (name) => Object.fromEntries([...new Set(all.map((one) => one[name]))].map((value) => [value, all.filter((one) => one[name] === value).length]));
  await page.route(/\/api\/v1\/fleet\/summary/, (route) => route.fulfill({ json: {
    total: COUNT, sites: 9, by_state: counted('state'), by_freshness: counted('freshness'), held: 1250, by_model: Object.entries(counted('model')).map(([model, count]) => ({ model, count })),
  } }));
  await page.route(/\/api\/v1\/jobs\?/, (route) => route.fulfill({ json: { items: [] } }));
  return asked;
}

describe('fleet', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  for (const [name, options] of Object.entries({ light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE }, spanish: { language: 'es' } })) {
    test(`the fleet stands in ${name}`, async () => {
      const { context, page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
      await joined(context, page, { language: options.language });
      await inDemo(page);
      await page.goto('/fleet');
      await page.getByRole('grid').getByText(/^DX-/).first().waitFor();
      await settled(page);
      await axe(page);
      await shot(page, `fleet-${name}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out sideways');
      clean();
      await close();
    });

    test(`fifty thousand devices stand in ${name}`, async () => {
      const { context, page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
      await joined(context, page, { language: options.language });
      await staged(page);
      await page.goto('/fleet');
      await page.getByRole('link', { name: 'DX-000001' }).waitFor();
      await axe(page);
      await shot(page, `fleet-many-${name}`);
      clean();
      await close();
    });
  }

  test('filters, search and sort are the server\'s, and are in the address', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    const asked = await staged(page);
    await page.goto('/fleet');
    await page.getByRole('link', { name: 'DX-000001' }).waitFor();
    await page.getByRole('link', { name: /^Offline/ }).click();
    await page.waitForURL(/freshness=offline/);
    await page.getByRole('link', { name: 'DX-000004' }).waitFor();
    await page.getByRole('navigation', { name: 'Life' }).getByRole('link', { name: /suspended/ }).click();
    await page.waitForURL(/state=suspended/);
    await page.getByRole('button', { name: 'Clear filters' }).click();
    // The button is gone, and the focus is where one goes on.
    await page.keyboard.type('0421');
    await page.waitForURL(/q=0421/);
    await page.getByRole('link', { name: 'DX-000421' }).waitFor();
    await page.getByRole('columnheader', { name: 'Last seen' }).getByRole('button').click();
    await page.waitForURL(/sort=seen/);
    await settled(page);
    const last = asked.at(-1);
    assert.equal(last.q, '0421');
    assert.equal(last.sort, 'seen');
    assert.equal(last.order, 'asc');
    await page.reload();
    assert.equal(await page.getByRole('searchbox', { name: 'Search devices' }).inputValue(), '0421');
    clean();
    await close();
  });

  test('devices with something held, and those of an order, are found', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await inDemo(page);
    const { project, order } = await demo();
    const held = (await asOperator('GET', `/devices?project=${project}&held=true&sort=serial`)).items;
    assert.ok(held.length > 0, 'the demo has held batches');
    await page.goto('/fleet');
    await page.getByRole('navigation', { name: 'Life' }).getByRole('link', { name: 'Something held back' }).click();
    await page.waitForURL(/held=true/);
    await settled(page);
    assert.deepEqual(await page.getByRole('row').locator('a.lead').allTextContents(), held.map((one) => one.serial));
    await page.goto('/orders');
    await page.getByRole('grid', { name: 'Factory orders' }).locator(`a[href="/orders/${order}"]`).click();
    await page.getByRole('link', { name: 'Show in the fleet' }).click();
    await page.waitForURL((url) => url.pathname === '/fleet' && url.searchParams.get('order') === order);
    const chip = page.getByRole('navigation', { name: 'Life' }).getByRole('link', { name: `Of order ${order.slice(0, 8)}` });
    await chip.waitFor();
    await settled(page);
    const ofOrder = (await asOperator('GET', `/devices?project=${project}&work_order=${order}&sort=serial`)).items;
    assert.deepEqual(await page.getByRole('row').locator('a.lead').allTextContents(), ofOrder.map((one) => one.serial));
    await axe(page);
    await chip.click();
    await page.waitForURL((url) => !url.searchParams.has('order'));
    clean();
    await close();
  });

  test('more comes while one scrolls, and rows work by keyboard', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    const asked = await staged(page);
    await page.goto('/fleet');
    await page.getByRole('link', { name: 'DX-000001' }).waitFor();
    const grid = page.getByRole('grid', { name: 'Fleet' });
    assert.equal(await grid.getAttribute('aria-rowcount'), String(COUNT + 1));
    for (let turn = 0; turn < 12; turn += 1) {
      await grid.evaluate((element) => { element.scrollTop = element.scrollHeight; });
      await settled(page);
    }
    assert.ok(asked.some((one) => Number(one.after) >= 2200), 'pages follow');
    await grid.evaluate((element) => { element.scrollTop = 0; });
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    await page.getByText('1 selected', { exact: true }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/devices\/00000000/);
    clean();
    await close();
  });

  test('what is selected becomes a job', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await staged(page);
    let sent;
    await page.route(/\/api\/v1\/jobs$/, (route) => {
      sent = route.request().postDataJSON();
      return route.fulfill({ status: 202, json: { id: 'job-1', kind: sent.kind, state: 'waiting', total: sent.devices.length, done: 0, failed: 0 } });
    });
    await page.goto('/fleet');
    for (const serial of ['DX-000000', 'DX-000001', 'DX-000005']) await page.getByRole('checkbox', { name: `Select ${serial}` }).check();
    const bar = page.getByRole('region', { name: 'What to do with the selected devices' });
    await bar.getByRole('button', { name: 'Clear', exact: true }).click();
    await bar.waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement?.role), 'row', 'the focus is in the list');
    for (const serial of ['DX-000000', 'DX-000001', 'DX-000005']) await page.getByRole('checkbox', { name: `Select ${serial}` }).check();
    // The third is claimed: it can be installed, and not suspended.
    await bar.getByRole('button', { name: 'Suspend… (2)' }).click();
    const dialog = page.getByRole('dialog', { name: 'Suspend 2 devices?' });
    await dialog.getByLabel('Reason').fill('maintenance of the hall');
    await axe(page);
    await shot(page, 'fleet-suspend');
    await dialog.getByRole('button', { name: 'Suspend 2 devices' }).click();
    await page.waitForURL(/\/jobs\/job-1/);
    assert.equal(sent.kind, 'suspend');
    assert.equal(sent.devices.length, 2);
    assert.equal(sent.reason, 'maintenance of the hall');
    clean();
    await close();
  });

  test('a view is saved in this browser and comes back', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await staged(page);
    await page.goto('/fleet?state=suspended');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitem', { name: 'Save this view…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Save this view…' });
    await dialog.getByLabel('Name').fill('On hold');
    await axe(page);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.goto('/fleet');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('menuitemradio', { name: 'On hold' }).click();
    await page.waitForURL(/state=suspended/);
    clean();
    await close();
  });

  test('the switcher and the palette lead to projects and devices', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page);
    await inDemo(page);
    await page.goto('/fleet');
    const here = page.getByRole('complementary').getByRole('button').first();
    const list = page.getByRole('dialog', { name: 'Organization and project' });
    for (const [choice, url] of [['All projects', /organization=/], ['Demo', /project=/]]) {
      await here.click();
      await list.waitFor();
      await axe(page);
      await shot(page, 'scope');
      await list.getByRole('button', { name: choice, exact: true }).click();
      await page.waitForURL(url);
    }
    await page.reload();
    await here.getByText('Demo', { exact: true }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('demo');
    await page.getByRole('option', { name: /Demo.*project/ }).first().waitFor();
    clean();
    await close();
  });
});
