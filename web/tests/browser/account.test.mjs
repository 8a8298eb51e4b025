// Coming in and going out, as people do it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { authenticator, axe, BASE_URL, browser, invite, joined, open, PHONE, REFUSED, settled, shot } from './help.mjs';

describe('account', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  before(async () => { chrome = await browser(); });
  after(async () => chrome.close());

  for (const [name, options] of Object.entries({ light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE } })) {
    test(`sign-in stands in ${name}`, async () => {
      const { page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
      await page.goto('/profile');
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      assert.match(page.url(), /\/sign-in$/);
      await axe(page);
      await shot(page, `sign-in-${name}`);
      clean();
      await close();
    });

    test(`the profile's pages stand in ${name}`, async () => {
      const { context, page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
      await joined(context, page, { own: true });
      for (const [path, heading] of [['/profile', 'You'], ['/profile/sign-in', 'Passkeys'], ['/profile/sessions', 'Sign-ins']]) {
        await page.goto(path);
        await page.getByRole('heading', { name: heading, exact: true }).waitFor();
        await settled(page);
        await axe(page);
        await shot(page, `profile-${heading.toLowerCase()}-${name}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out sideways');
      }
      clean();
      await close();
    });
  }

  test('a passkey signs in again after sign-out', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    const name = await joined(context, page, { own: true });
    await page.getByRole('button', { name: `You: ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('button', { name: `You: ${name}` }).waitFor();
    clean();
    await close();
  });

  test('a session that ends in mid-form loses nothing', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page, { own: true });
    await page.goto('/profile');
    await page.getByLabel('Your name').fill('Ada Lovelace');
    await context.clearCookies();
    await page.getByRole('button', { name: 'Save' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign in again' });
    await dialog.waitFor();
    await axe(page);
    await shot(page, 'sign-in-again');
    await dialog.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByRole('button', { name: 'You: Ada Lovelace' }).waitFor();
    clean();
    await close();
  });

  test('an act that asks for presence goes on after it was proven', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page, { own: true });
    await page.goto('/profile/sign-in');
    // The first answer as it is five minutes after the sign-in; the rest is the server's.
    await page.route('**/api/v1/me/recovery-codes', (route) => route.fulfill({
      status: 403, contentType: 'application/problem+json', body: JSON.stringify({ title: 'forbidden', status: 403, detail: 'presence is not fresh', needs: 'step-up' }),
    }), { times: 1 });
    await page.getByRole('button', { name: 'Make new ones' }).click();
    const dialog = page.getByRole('dialog', { name: 'Is it you?' });
    await dialog.waitFor();
    await axe(page);
    await shot(page, 'step-up');
    await dialog.getByRole('button', { name: 'Confirm with a passkey' }).click();
    await page.getByRole('dialog', { name: 'Recovery codes' }).getByLabel('I have stored it').waitFor();
    await shot(page, 'recovery-codes');
    clean();
    await close();
  });

  test('a proof that is cancelled says that nothing was done, and that it may be done', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page, { own: true });
    await page.goto('/profile/sign-in');
    await page.route('**/api/v1/me/recovery-codes', (route) => route.fulfill({
      status: 403, contentType: 'application/problem+json', body: JSON.stringify({ title: 'forbidden', status: 403, detail: '`key.write` asks for a fresh passkey or code: step up, then send it again', needs: 'step-up', action: 'key.write' }),
    }));
    await page.getByRole('button', { name: 'Make new ones' }).click();
    await page.getByRole('dialog', { name: 'Is it you?' }).waitFor();
    await page.keyboard.press('Escape');
    const note = page.getByRole('alert').filter({ hasText: 'Nothing was done' });
    await note.waitFor();
    assert.doesNotMatch(await note.innerText(), /may not|step up|key\.write/);
    clean();
    await close();
  });

  test('a page that is opened anew while it shows the codes says where one stands', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await authenticator(context, page);
    await page.goto(await invite(`rita.reload.${Date.now()}@example.com`));
    await page.getByLabel('Your name').fill('Rita Reload');
    await page.getByRole('button', { name: 'Join with a passkey' }).click();
    await page.getByLabel('I have stored it').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'You have joined' }).waitFor();
    await axe(page);
    await shot(page, 'join-again');
    await page.getByRole('link', { name: 'Make new ones' }).click();
    await page.getByRole('button', { name: 'Make new ones' }).waitFor();
    clean();
    await close();
  });

  test('the palette and the menu work by keyboard', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    const name = await joined(context, page, { own: true });
    await page.keyboard.press('Control+k');
    const palette = page.getByRole('dialog', { name: 'Go to anything' });
    await palette.waitFor();
    await page.keyboard.type('dark');
    await axe(page);
    await shot(page, 'palette');
    await page.keyboard.press('Enter');
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
    await page.getByRole('button', { name: `You: ${name}` }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitemradio', { name: 'Español' }).waitFor();
    await axe(page);
    await shot(page, 'menu-dark');
    await page.keyboard.press('End');
    await page.keyboard.press('Escape');
    await page.getByRole('menu').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')), `You: ${name}`, 'the focus is where it was');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await axe(page);
    clean();
    await close();
  });

  test('a wrong password says so, and a link that is over too', async () => {
    const { page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await page.goto('/sign-in');
    await page.getByLabel('E-mail address').fill('nobody@example.com');
    await page.getByLabel('Password').fill('not the right one at all');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('alert').or(page.getByLabel('Code')).first().waitFor();
    await page.goto('/join#wrong');
    await page.getByRole('heading', { name: 'This link does not open' }).waitFor();
    await axe(page);
    await shot(page, 'join-over');
    clean();
    await close();
  });

  test('the link of an organization offers its provider, and leads on afterwards', async () => {
    const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
    await joined(context, page, { own: true });
    const cookies = await context.cookies();
    await context.clearCookies();
    // The provider's part is played: it signs in, and the server sends whoever comes back to the start.
    await page.route('**/api/v1/sign-in/oidc/*/begin', async (route) => {
      await context.addCookies(cookies);
      await route.fulfill({ json: { url: `${BASE_URL}/` } });
    });
    await page.goto('/sign-in?provider=0190f5a2-0000-7000-8000-000000000000&next=%2Fprofile%2Fsessions');
    await page.getByRole('button', { name: 'Sign in through your organization' }).waitFor();
    await axe(page);
    await shot(page, 'sign-in-provider');
    await page.getByRole('button', { name: 'Sign in through your organization' }).click();
    await page.waitForURL(/\/profile\/sessions$/);
    clean();
    await close();
  });
});
