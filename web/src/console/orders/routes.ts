import type { Screen } from '$kit/router.svelte';

export const routes: Screen[] = [
  { path: '/orders', title: 'orders', load: () => import('./Orders.svelte'), nav: { group: 'manage', icon: 'factory', order: 20 } },
  { path: '/orders/:order', title: 'orders', load: () => import('./OrderPage.svelte') },
];
