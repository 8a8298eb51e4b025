import type { Screen } from '$kit/router.svelte';
import { rights } from '$kit/rights.svelte';

export const routes: Screen[] = [
  { path: '/orders', title: 'orders', load: () => import('./Orders.svelte'), nav: { group: 'manage', icon: 'factory', order: 20, when: () => rights.known('registry.read') } },
  { path: '/orders/:order', title: 'orders', load: () => import('./OrderPage.svelte') },
];
