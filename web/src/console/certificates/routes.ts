import type { Screen } from '$kit/router.svelte';
import { rights } from '$kit/rights.svelte';

export const routes: Screen[] = [
  { path: '/certificates', title: 'certificates', load: () => import('./Certificates.svelte'), nav: { group: 'manage', icon: 'fingerprint', order: 50, when: () => rights.offered('device.read') } },
];
