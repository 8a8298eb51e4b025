import type { Screen } from '$kit/router.svelte';
import { rights } from '$kit/rights.svelte';

export const routes: Screen[] = [
  { path: '/people', title: 'people', load: () => import('./People.svelte'), nav: { group: 'manage', icon: 'users', order: 20, when: () => rights.offeredAbove('person.read') } },
  { path: '/people/invitations', title: 'people-invitations', load: () => import('./Invitations.svelte') },
  { path: '/people/:person', title: 'people-person', load: () => import('./Person.svelte') },
];
