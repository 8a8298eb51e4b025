/** What Ctrl K finds of sites: brought when somebody looks for something, for a first visit does without sites. */
import { fits, type Find } from '$kit/palette.svelte';
import { t } from '$kit/i18n.svelte';
import { places } from './places.svelte';

export const sitesNamed = (query: string, most: number): Find[] =>
  [...places.sites.values()].filter((one) => fits(query, one.name)).slice(0, most).map((one): Find => (
    { id: one.id, text: one.name, icon: 'map-pin', href: `/sites/${one.id}`, aside: t('fleet-find-site') }));
