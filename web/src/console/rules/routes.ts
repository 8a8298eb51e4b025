import type { Screen } from '$kit/router.svelte';
import { rights } from '$kit/rights.svelte';

export const routes: Screen[] = [
  { path: '/rules', title: 'rules', load: () => import('./Rules.svelte'), nav: { group: 'manage', icon: 'sliders-horizontal', order: 24, when: () => rights.offeredAbove('policy.read') } },
];
