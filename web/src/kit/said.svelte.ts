/** The server's own sentences, which are English, for whoever reads another language. */
import { language } from './i18n.svelte';
import { saying, type Saying } from './said';

let known = $state.raw<Saying | null>(null);
let asked = false;

/**
 * What the server said, in the reader's language; null where it is not known there, or not yet: the catalogue is loaded with
 * the first refusal. Reactive.
 */
export function said(text: string): string | null {
  if (language() === 'en') return null;
  if (known !== null) return known(text);
  if (!asked) {
    asked = true;
    void import('./said.es').then(({ SAID }) => { known = saying(SAID); }, () => { asked = false; });
  }
  return null;
}
