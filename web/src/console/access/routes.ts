import type { Screen } from '$kit/router.svelte';
import { rights } from '$kit/rights.svelte';

export const routes: Screen[] = [
  { path: '/access', title: 'access', load: () => import('./Access.svelte'), nav: { group: 'manage', icon: 'shield-question-mark', order: 22, when: () => rights.offered('role.read') } },
];
