import { t, word } from '$kit/i18n.svelte';

/** What somebody signs in with, in words; a password says nothing that its second factor does not. */
export function factorText(factors: readonly string[]): string {
  const said = factors.filter((one) => one !== 'password' || factors.length === 1).map((one) => word('people-factor', one));
  return said.length > 0 ? said.join(', ') : t('people-factor-none');
}
