import type { Screen } from '$kit/router.svelte';
import { rights } from '$kit/rights.svelte';

export const routes: Screen[] = [
  { path: '/sites', title: 'sites', load: () => import('./Sites.svelte'), nav: { group: 'operate', icon: 'map-pin', order: 4, when: () => rights.offered('project.read') } },
  { path: '/sites/:site', title: 'sites', load: () => import('./SitePage.svelte') },
  { path: '/projects', title: 'projects', load: () => import('./Projects.svelte'), nav: { group: 'manage', icon: 'layers', order: 1, when: () => rights.offered('project.read') } },
  { path: '/projects/:project', title: 'projects', load: () => import('./ProjectPage.svelte') },
  { path: '/projects/:project/settings', title: 'projects', load: () => import('./ProjectSettings.svelte') },
];
