// What the server says is in the reader's language: refusals, causes and failures, none of them marked as English.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { demo, inDemo } from './demo.mjs';
import { asOperator, axe, BASE_URL, browser, joined, open, REFUSED, settled, shot } from './help.mjs';

describe('the server in Spanish', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  const english = (page) => page.locator('main [lang=en]').allInnerTexts();

  test('a wrong password', async () => {
    const { page, clean, close } = await open(chrome, { locale: 'es-ES', allow: [REFUSED] });
    await page.goto('/sign-in');
    await page.getByLabel('Correo electrónico').fill('nobody@example.com');
    await page.getByLabel('Contraseña').fill('not the right one at all');
    await page.getByRole('button', { name: 'Continuar' }).click();
    await page.getByLabel('Código', { exact: true }).or(page.getByRole('alert')).first().waitFor();
    if ((await page.getByRole('alert').count()) === 0) {
      await page.getByLabel('Código', { exact: true }).fill('123456');
      await page.getByRole('button', { name: 'Continuar' }).click();
    }
    await page.getByRole('alert').filter({ hasText: 'La dirección, la contraseña o el código no es correcto.' }).waitFor();
    assert.deepEqual(await english(page), []);
    await axe(page);
    await shot(page, 'said-sign-in');
    clean();
    await close();
  });

  test('why a batch is held', async () => {
    const { project } = await demo();
    // Those that other tests decided on say why they were held, too.
    const lists = await Promise.all(['held', 'released', 'destroyed'].map((state) => asOperator('GET', `/projects/${project}/quarantine?state=${state}&limit=50`)));
    const items = lists.flatMap((one) => one.items);
    assert.ok(items.length > 0, 'the demo holds batches back');
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page, { language: 'es' });
    await inDemo(page);
    const causes = new Set();
    for (const one of items.filter((each) => each.reasons.some((reason) => !causes.has(reason) && causes.add(reason)))) {
      await page.goto(`/quarantine/${one.id}`);
      await page.getByRole('heading', { name: 'Por qué está retenido' }).waitFor();
      await settled(page);
      assert.deepEqual(await english(page), []);
    }
    await shot(page, 'said-held');
    clean();
    await close();
  });

  test('why a device failed in a job', async () => {
    const { items } = await asOperator('GET', '/jobs?limit=50');
    const job = items.find((one) => one.failed > 0);
    assert.ok(job, 'a job of the demo failed on a device');
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page, { language: 'es' });
    await page.goto(`/jobs/${job.id}`);
    await page.getByRole('grid').getByRole('row').nth(1).waitFor();
    assert.deepEqual(await english(page), []);
    await shot(page, 'said-job');
    clean();
    await close();
  });
});
