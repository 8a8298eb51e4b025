import type { Screen } from '$kit/router.svelte';
import { rights } from '$kit/rights.svelte';

export const routes: Screen[] = [
  { path: '/claim', title: 'claim-nav', load: () => import('./Claim.svelte'), nav: { group: 'operate', icon: 'qr-code', order: 50, when: () => rights.offered('device.claim', 'device.install') } },
  { path: '/install', title: 'claim-install', load: () => import('./Install.svelte') },
];
