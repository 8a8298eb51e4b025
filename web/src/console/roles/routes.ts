import type { Screen } from '$kit/router.svelte';
import { rights } from '$kit/rights.svelte';

export const routes: Screen[] = [
  { path: '/roles', title: 'roles', load: () => import('./Roles.svelte'), nav: { group: 'manage', icon: 'table-2', order: 21, when: () => rights.offeredAbove('policy.read') } },
];
