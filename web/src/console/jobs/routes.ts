import type { Screen } from '$kit/router.svelte';
import { use } from './use.svelte';

export const routes: Screen[] = [
  { path: '/jobs', title: 'jobs', load: () => import('./Jobs.svelte'), nav: { group: 'manage', icon: 'hourglass', order: 30, when: () => use.offered() } },
  { path: '/jobs/:job', title: 'jobs', load: () => import('./JobPage.svelte') },
];
