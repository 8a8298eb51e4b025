import type { Screen } from '$kit/router.svelte';
import { rights } from '$kit/rights.svelte';

export const routes: Screen[] = [
  { path: '/programs', title: 'programs', load: () => import('./Programs.svelte'), nav: { group: 'manage', icon: 'key-round', order: 23, when: () => rights.offeredAbove('key.read') } },
  { path: '/programs/:account', title: 'programs', load: () => import('./Program.svelte') },
];
