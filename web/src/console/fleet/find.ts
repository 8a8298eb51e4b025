/** What Ctrl K finds of devices, sites and projects. */
import { send } from '$kit/api';
import { t, word } from '$kit/i18n.svelte';
import { fits, palette, type Find } from '$kit/palette.svelte';
import { scope } from '$kit/scope.svelte';
import type { FleetDevice } from '../device/model';

const DEVICES = 8;
const QUERY_MIN = 2;

export function findFleet(): void {
  palette.add((query) => scope.projects.filter((one) => query !== '' && fits(query, one.name)).slice(0, DEVICES).map((one): Find => (
    { id: one.id, text: one.name, icon: 'layers', href: `/projects/${one.id}`, aside: t('fleet-find-project') })));
  palette.add(async (query) => {
    if (query === '') return [];
    const { sitesNamed } = await import('../sites/find');
    return sitesNamed(query, DEVICES);
  });
  palette.add(async (query, signal) => {
    if (query.length < QUERY_MIN) return [];
    const { organization } = scope;
    const page = await send<{ items: FleetDevice[] }>('GET', '/devices', { query: { q: query, limit: DEVICES, organization: organization?.id }, signal, silent: true });
    return page.items.map((one): Find => (
      { id: one.id, text: one.serial, icon: 'cpu', href: `/devices/${one.id}`, aside: `${one.model} · ${word('device-life', one.state)}` }));
  });
}
