import type { Screen } from '$kit/router.svelte';
import { rights } from '$kit/rights.svelte';
import { findFleet } from './find';

export const routes: Screen[] = [
  { path: '/fleet', title: 'fleet', load: () => import('./Fleet.svelte'), nav: { group: 'operate', icon: 'cpu', order: 1, when: () => rights.offered('device.read') } },
];

findFleet();
