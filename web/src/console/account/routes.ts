import type { Screen } from '$kit/router.svelte';

export const routes: Screen[] = [
  { path: '/sign-in', title: 'account-sign-in', load: () => import('./SignIn.svelte'), open: true },
  { path: '/join', title: 'account-join', load: () => import('./Join.svelte'), open: true },
  { path: '/profile', title: 'account-profile', load: () => import('./Profile.svelte') },
  { path: '/profile/sign-in', title: 'account-profile', load: () => import('./Security.svelte') },
  { path: '/profile/sessions', title: 'account-profile', load: () => import('./Sessions.svelte') },
];
