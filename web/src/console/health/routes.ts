import type { Screen } from '$kit/router.svelte';

export const routes: Screen[] = [
  { path: '/health', title: 'health', load: () => import('./Health.svelte'), nav: { group: 'manage', icon: 'activity', order: 60 } },
];
