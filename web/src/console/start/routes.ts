import type { Screen } from '$kit/router.svelte';

export const routes: Screen[] = [{ path: '/start', title: 'start', load: () => import('./Start.svelte') }];
