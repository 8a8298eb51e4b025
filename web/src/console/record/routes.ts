import type { Screen } from '$kit/router.svelte';
import { rights } from '$kit/rights.svelte';

export const routes: Screen[] = [
  { path: '/record', title: 'record', load: () => import('./Record.svelte'), nav: { group: 'prove', icon: 'scroll-text', order: 10, when: () => rights.offered('record.read') } },
];
