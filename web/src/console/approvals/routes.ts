import type { Screen } from '$kit/router.svelte';
import { rights } from '$kit/rights.svelte';
import { waiting } from './waiting.svelte';

export const routes: Screen[] = [
  {
    path: '/approvals', title: 'approvals', load: () => import('./Approvals.svelte'),
    // Whoever can ask for such an act can be asked to agree to one.
    nav: { group: 'manage', icon: 'circle-check', order: 25, when: () => waiting.count > 0 || rights.offered('role.grant', 'key.write', 'telemetry.export') },
  },
  { path: '/glass', title: 'approvals-glass', load: () => import('./Glass.svelte'), nav: { group: 'manage', icon: 'shield-alert', order: 26, when: () => rights.offeredAbove('glass.break', 'role.read') } },
];
