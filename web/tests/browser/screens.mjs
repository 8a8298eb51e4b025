// Every screen, as the routes list them, with parameters of the demo in place of their names.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { demo } from './demo.mjs';
import { asOperator } from './help.mjs';

const CONSOLE = new URL('../../src/console/', import.meta.url);
/** Those that need nobody, or are something else for everybody. */
const APART = ['/sign-in', '/join', '/start', '/install', '/jobs/:job', '/dashboards/:dashboard/wall'];

/** What the paths need. `place` is where the demo's devices are. */
export async function screens() {
  const device = await demo();
  const place = { organization: device.organization, project: device.project };
  const held = (await asOperator('GET', `/projects/${device.project}/quarantine`)).items[0] ?? (await asOperator('GET', `/projects/${device.project}/quarantine?state=released`)).items[0];
  // The one that shows the most.
  const boards = (await asOperator('GET', `/projects/${device.project}/dashboards`)).items.sort((a, b) => b.tiles.length - a.tiles.length);
  const board = boards[0] ?? await asOperator('POST', `/projects/${device.project}/dashboards`, { name: 'Rights', tiles: [] });
  const account = (await asOperator('GET', '/service-accounts')).items.find((one) => one.organization === device.organization)
    ?? await asOperator('POST', '/service-accounts', { name: 'Rights', organization: device.organization });
  const { items: grants } = await asOperator('GET', `/grants?organization=${device.organization}`);
  const ids = { device: device.id, project: device.project, site: device.site, order: device.order, held: held.id, dashboard: board.id, account: account.id, person: grants.find((one) => one.person).person };
  return { device, place, paths: paths(ids), board };
}

function paths(ids) {
  const found = readdirSync(CONSOLE, { withFileTypes: true }).filter((one) => one.isDirectory()).flatMap(({ name }) => {
    const source = (() => { try { return readFileSync(new URL(`${name}/routes.ts`, CONSOLE), 'utf8'); } catch { return ''; } })();
    return [...source.matchAll(/path: '([^']+)'/g)].map((match) => match[1]);
  });
  return found.filter((path) => !APART.includes(path))
    .map((path) => path.replaceAll(/:(\w+)/g, (_, name) => ids[name] ?? assert.fail(`no id for ${path}`)))
    .concat(['/start', '/install', `/rules?tab=guards`, '/rules?tab=providers', '/dashboards/model%3ADX-1', '/programs/none']);
}

/** To another screen as a link inside the page does it: the console is loaded once. */
export const goes = (page, path) => page.evaluate((to) => { history.pushState(null, '', to); dispatchEvent(new PopStateEvent('popstate')); }, path);
