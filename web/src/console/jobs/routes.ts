import type { Screen } from '$kit/router.svelte';

export const routes: Screen[] = [
  { path: '/jobs', title: 'jobs', load: () => import('./Jobs.svelte'), nav: { group: 'manage', icon: 'hourglass', order: 30 } },
  { path: '/jobs/:job', title: 'jobs', load: () => import('./JobPage.svelte') },
];
