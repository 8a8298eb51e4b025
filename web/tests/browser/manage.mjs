// What the tests of people, roles, programs and rules share: the operator's API, people with roles, and a look at screens.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { axe, BASE_URL, joined, open, PHONE, REFUSED, shot } from './help.mjs';

const MODES = { light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE } };

/** Asks as the operator, whose key has every explicit right. */
export async function operator(method, path, body) {
  const key = readFileSync(process.env.OPERATOR_KEY_FILE ?? '', 'utf8').trim();
  const answer = await fetch(new URL(`/api/v1${path}`, BASE_URL), {
    method,
    headers: { Authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  const text = await answer.text();
  return text === '' ? undefined : JSON.parse(text);
}

/** A fresh organization, so that tests do not meet each other. */
export const organization = (name) => operator('POST', '/organizations', { name: `${name} ${Date.now() % 1e6}` });

/** A browser of somebody with these roles; an owner of the whole deployment when none are said. */
export async function person(chrome, name, roles, options = {}) {
  const one = await open(chrome, { allow: [REFUSED], ...options });
  await joined(one.context, one.page, { name, roles });
  return one;
}

/** Each screen in light, dark and on a phone: axe, no sideways scrolling, no fault; pictures where they are asked for. */
export async function standing(chrome, name, paths, roles) {
  const first = await person(chrome, 'Olga Prime', roles);
  const state = await first.context.storageState();
  await first.close();
  for (const [mode, options] of Object.entries(MODES)) {
    const { context, page, clean, close } = await open(chrome, { ...options, allow: [REFUSED] });
    await context.addCookies(state.cookies);
    for (const [index, path] of paths.entries()) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      await axe(page);
      await shot(page, `${name}-${index}-${mode}`);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} sticks out sideways in ${mode}`);
    }
    clean();
    await close();
  }
}

/** The entries of the side bar that somebody sees, once the server has said what they may do. */
export async function navigation(page) {
  await page.waitForLoadState('networkidle');
  return page.getByRole('navigation', { name: 'Screens' }).getByRole('link').allInnerTexts();
}
