// Every standard role opens every screen: what the server answers, what the page offers and what the golden matrix of the
// policies says are the same three times.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { BASE_URL, browser, drawn, joined, open, REFUSED, settled, shot } from './help.mjs';
import { goes, screens } from './screens.mjs';

const GOLDEN = new URL('../../../policies/golden/roles.txt', import.meta.url);
const PROGRAMS = /^program-/;

/** role -> action -> may, presence included. */
const matrix = new Map();
for (const line of readFileSync(GOLDEN, 'utf8').trim().split('\n')) {
  const [role, action, answer] = line.split(' ');
  if (PROGRAMS.test(role)) continue;
  matrix.set(role, (matrix.get(role) ?? new Map()).set(action, answer === 'allow'));
}

/** What an answer of a path takes. Whatever is one's own takes nothing. */
const TAKES = [
  [/^\/(?:me|access\/(?:explain|rights)|approvals|glass|jobs|events|setup|sign-out)(?:\/|$)/, null],
  [/^\/organizations\/[^/]+\/(?:roles|rules|guards|providers)$/, 'policy.read'],
  [/^\/organizations\/[^/]+\/webhooks$|^\/outbox$/, 'notify.read'],
  [/^\/organizations\/[^/]+\/projects$|^\/projects\/[^/]+(?:\/(?:sites|groups|dashboards))?$|^\/dashboards\//, 'project.read'],
  [/^\/organizations(?:\/[^/]+)?$|^\/authorities$/, 'organization.read'],
  [/^\/devices\/[^/]+\/held-spans$|^\/projects\/[^/]+\/quarantine$|^\/quarantine\//, 'quarantine.read'],
  [/^\/devices\/[^/]+\/(?:latest|buckets|readings|metrics)$|^\/projects\/[^/]+\/aggregate$/, 'telemetry.read'],
  [/^\/projects\/[^/]+\/export$/, 'telemetry.export'],
  [/^\/devices(?:\/[^/]+(?:\/identity)?)?$|^\/fleet\/summary$|^\/certificates$/, 'device.read'],
  [/^\/registry\//, 'registry.read'],
  [/^\/acts$/, 'record.read'],
  [/^\/people|^\/invitations$/, 'person.read'],
  [/^\/grants$/, 'role.read'],
  [/^\/keys$|^\/service-accounts$/, 'key.read'],
  [/^\/health$/, 'health.read'],
];

/** What a control does, by what stands on it. Each of them is on some screen of an owner: a word that was changed fails here. */
const CONTROLS = {
  'Invite somebody': 'person.invite', 'Withdraw': null, 'Give a role': 'role.grant', 'Take back': 'role.grant', 'Make a role': 'policy.write',
  'Make a program': 'key.write', 'Make a key': 'key.write', 'Make a webhook': 'notify.write', 'Break the glass': 'glass.break',
  'New dashboard': 'dashboard.write', 'Make it ours': 'dashboard.write', 'Add a site': 'project.write', 'New group': 'group.write',
  'Suspend…': 'device.suspend', 'Revoke…': 'device.revoke', 'Retire…': 'device.revoke', 
  'Release': 'quarantine.release', 'Destroy': 'quarantine.destroy', 'Look at it and save': 'policy.write', 'Make a guard rail': 'policy.write', 'Add a provider': 'policy.write',
  'Declare a signal': 'project.write', 'New project': 'project.write', 'Revoke the device…': 'device.revoke', 'Shut out': 'person.disable',
};

/** What starts a job. */
const WORK = ['device.claim', 'device.install', 'device.suspend', 'device.revoke', 'group.write'];

/** What the menus of a screen have: it is there while one is open. */
const inMenus = (page) => page.evaluate(async () => {
  const found = [];
  for (const menu of document.querySelectorAll('main [popover]')) {
    if (!menu.isConnected) continue;
    menu.showPopover();
    await new Promise((done) => setTimeout(done));
    found.push(...[...menu.querySelectorAll('[role^=menuitem]')].map((one) => one.textContent.trim().replace(/\s+/g, ' ')));
    menu.hidePopover();
  }
  return found;
});

describe('rights', { skip: BASE_URL === '' && 'no BASE_URL' }, () => {
  let chrome;
  let place;
  let paths;
  const seen = new Set();
  before(async () => {
    chrome = await browser();
    ({ place, paths } = await screens());
  });
  after(async () => chrome.close());

  for (const [role, may] of matrix) {
    test(`${role} sees and is offered what the matrix allows`, async () => {
      const { context, page, clean, close } = await open(chrome, { allow: [REFUSED] });
      const answers = [];
      page.on('response', (response) => { if (new URL(response.url()).pathname.startsWith('/api/v1/')) answers.push(response); });
      // A custodian holds nothing inside a project; the others are given their role where the devices are.
      await joined(context, page, { name: `Role ${role}`, roles: [{ role, organization: place.organization }] });
      await page.addInitScript((chosen) => localStorage.setItem('fieldkeep-scope', chosen), `${place.organization}/${place.project}`);
      await page.goto('/');
      await page.getByRole('navigation', { name: 'Screens' }).getByRole('link').first().waitFor();
      await settled(page);
      const offered = await page.getByRole('navigation', { name: 'Screens' }).getByRole('link').evaluateAll((all) => all.map((one) => one.getAttribute('href')));
      const wrong = [];
      const jobs = await page.evaluate(async () => (await (await fetch('/api/v1/jobs?limit=1')).json()).items.length);
      if (offered.includes('/jobs') !== (jobs > 0 || WORK.some((action) => may.get(action)))) wrong.push(`the side bar ${offered.includes('/jobs') ? 'has' : 'lacks'} Jobs`);
      for (const path of paths) {
        answers.length = 0;
        await goes(page, path);
        await drawn(page);
        await settled(page);
        const { pathname } = new URL(page.url());
        for (const answer of answers) {
          const asked = new URL(answer.url()).pathname.replace('/api/v1', '');
          if (answer.status() === 403 && offered.includes('/fleet') && path.startsWith('/devices/')) wrong.push(`${path}: ${asked} was refused`);
          if (answer.request().method() !== 'GET' || answer.status() !== 200) continue;
          const [, takes] = TAKES.find(([pattern]) => pattern.test(asked)) ?? assert.fail(`nobody says what ${asked} takes`);
          if (takes === null || may.get(takes)) continue;
          const body = await answer.json().catch(() => null);
          // A list holds what may be seen: for somebody without the right it is empty.
          if (Array.isArray(body?.items) && body.items.length === 0) continue;
          if (asked === '/fleet/summary' && body.total === 0) continue;
          // One's own account is seen by oneself.
          if (takes === 'person.read' && body?.name === `Role ${role}`) continue;
          if (takes === 'person.read' && body?.items?.every((one) => one.name === `Role ${role}`)) continue;
          wrong.push(`${path}: ${asked} was answered without ${takes}`);
        }
        const texts = await page.locator('main, dialog').locator('button, a.button').evaluateAll((all) => all.map((one) => [...one.childNodes].filter((part) => part.nodeName !== 'KBD').map((part) => part.textContent).join('').trim().replace(/\s+/g, ' ')));
        for (const text of [...texts, ...await inMenus(page)]) {
          const takes = CONTROLS[text];
          if (takes === undefined) continue;
          seen.add(text);
          if (takes !== null && !may.get(takes)) wrong.push(`${path}: "${text}" is offered without ${takes}`);
        }
        if (offered.some((one) => one === path)) {
          for (const alert of await page.locator('main [role=alert]').allInnerTexts()) wrong.push(`${pathname} is in the side bar and says: ${alert.replaceAll('\n', ' ')}`);
          const main = await page.locator('main').innerText();
          if (/\b40[34]\b/.test(main)) wrong.push(`${pathname} shows a bare number of a refusal`);
        }
      }
      await shot(page, `rights-${role}`);
      if (process.env.FIELDKEEP_RIGHTS) console.log(role, offered.join(' '));
      assert.deepEqual([...new Set(wrong)], []);
      clean();
      await close();
    });
  }

  test('every control that is looked for is there for somebody', () => {
    // A fork cannot be released, and may be all that is held.
    const never = Object.keys(CONTROLS).filter((text) => !seen.has(text) && text !== 'Release');
    assert.deepEqual(never, []);
  });
});
