import type { Screen } from '$kit/router.svelte';
import { rights } from '$kit/rights.svelte';

export const routes: Screen[] = [
  { path: '/health', title: 'health', load: () => import('./Health.svelte'), nav: { group: 'manage', icon: 'activity', order: 60, when: () => rights.known('health.read') } },
];
