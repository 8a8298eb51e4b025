/** Every screen: each noun lists its own in src/console/NOUN/routes.ts. Nothing is registered here. */
import type { Screen } from '$kit/router.svelte';

const nouns = import.meta.glob<Screen[]>('./*/routes.ts', { eager: true, import: 'routes' });

const gallery: Screen[] = __GALLERY__
  ? [{ path: '/gallery', title: 'app', load: () => import('../gallery/Gallery.svelte'), open: true }]
  : [];

export const screens: Screen[] = [...Object.values(nouns).flat(), ...gallery];
