import type { Screen } from '$kit/router.svelte';
import { rights } from '$kit/rights.svelte';
import { countHeld } from './badge.svelte';

countHeld();

export const routes: Screen[] = [
  { path: '/quarantine', title: 'quarantine', load: () => import('./Quarantine.svelte'), nav: { group: 'operate', icon: 'shield-alert', order: 30, when: () => rights.offered('quarantine.read') } },
  { path: '/quarantine/:held', title: 'quarantine', load: () => import('./HeldPage.svelte') },
];
