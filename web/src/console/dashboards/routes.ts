import type { Screen } from '$kit/router.svelte';
import { rights } from '$kit/rights.svelte';

export const routes: Screen[] = [
  { path: '/dashboards', title: 'dashboards', load: () => import('./Dashboards.svelte'), nav: { group: 'operate', icon: 'layout-dashboard', order: 20, when: () => rights.offered('project.read') } },
  { path: '/dashboards/:dashboard', title: 'dashboards', load: () => import('./DashboardPage.svelte') },
  { path: '/dashboards/:dashboard/wall', title: 'dashboards', load: () => import('./Wall.svelte'), bare: true },
];
