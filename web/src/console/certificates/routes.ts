import type { Screen } from '$kit/router.svelte';

export const routes: Screen[] = [
  { path: '/certificates', title: 'certificates', load: () => import('./Certificates.svelte'), nav: { group: 'manage', icon: 'fingerprint', order: 50 } },
];
