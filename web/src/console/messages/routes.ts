import type { Screen } from '$kit/router.svelte';
import { rights } from '$kit/rights.svelte';

export const routes: Screen[] = [
  { path: '/messages', title: 'messages', load: () => import('./Messages.svelte'), nav: { group: 'manage', icon: 'send', order: 27, when: () => rights.offeredAbove('notify.read') } },
  { path: '/messages/webhooks', title: 'messages-webhooks', load: () => import('./Webhooks.svelte') },
];
