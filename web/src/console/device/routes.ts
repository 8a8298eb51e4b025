import type { Screen } from '$kit/router.svelte';

export const routes: Screen[] = [
  { path: '/devices/:device', title: 'device', load: () => import('./Overview.svelte') },
  { path: '/devices/:device/signals', title: 'device', load: () => import('./Signals.svelte') },
  { path: '/devices/:device/events', title: 'device', load: () => import('./Events.svelte') },
  { path: '/devices/:device/identity', title: 'device', load: () => import('./Identity.svelte') },
];
