// What the tests of people, roles, programs and rules share: the operator's API, people with roles, and a look at screens.
import assert from 'node:assert/strict';
import { asOperator, axe, joined, open, PHONE, REFUSED, settled, shot } from './help.mjs';

const MODES = { light: {}, dark: { theme: 'dark' }, phone: { viewport: PHONE } };

export { asOperator as operator };

/** A fresh organization, so that tests do not meet each other. */
export const organization = (name) => asOperator('POST', '/organizations', { name: `${name} ${Date.now() % 1e6}` });

/** A browser of somebody with these roles; an owner of the whole deployment when none are said. */
export async function person(chrome, name, roles, options = {}) {
  const one = await open(chrome, { allow: [REFUSED], ...options });
  await joined(one.context, one.page, { name, roles });
  return one;
}

/** Each screen in light, dark and on a phone: axe, no sideways scrolling, no fault; pictures where they are asked for. */
export async function standing(chrome, name, paths, roles) {
  for (const [mode, options] of Object.entries(MODES)) {
    const { page, clean, close } = await person(chrome, 'Olga Prime', roles, options);
    for (const [index, path] of paths.entries()) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await settled(page);
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
  await page.getByRole('navigation', { name: 'Screens' }).getByRole('link').first().waitFor();
  return page.getByRole('navigation', { name: 'Screens' }).getByRole('link').allInnerTexts();
}
