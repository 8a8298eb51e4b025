/**
 * What a page draws in pieces. A cold browser needs long for the first of everything; one long turn is felt, as long as it lasts
 * nothing that is pressed is answered, and several short ones are not.
 */

/** Counts from 0 to `most`, one with each turn of the browser, from when it is `ready` on. Use it while a component initialises. */
export function turns(most: number, ready: () => boolean = () => true): { readonly at: number } {
  let at = $state(0);
  $effect(() => {
    if (at >= most || !ready()) return;
    const timer = setTimeout(() => { at += 1; });
    return () => clearTimeout(timer);
  });
  return { get at() { return at; } };
}
