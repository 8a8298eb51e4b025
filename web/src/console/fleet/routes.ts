import type { Screen } from '$kit/router.svelte';
import { findFleet } from './find';

export const routes: Screen[] = [
  { path: '/fleet', title: 'fleet', load: () => import('./Fleet.svelte'), nav: { group: 'operate', icon: 'cpu', order: 1 } },
];

findFleet();
