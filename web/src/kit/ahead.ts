/**
 * What src/early.js asked the server for while the page was on its way: who this is, and where they are. Whoever asks for the
 * same takes that answer, once.
 */
interface Early {
  sent: number;
  /** null where it was not asked for, after all. */
  answer: Promise<Response | null>;
}

declare global {
  interface Window {
    fieldkeepAhead?: Map<string, Early>;
  }
}

/** What nobody took by then was not for this page. */
const OLD_MS = 15_000;

export function taken(address: string): Early | undefined {
  if (performance.now() > OLD_MS) return forgotten();
  const found = window.fieldkeepAhead?.get(address);
  window.fieldkeepAhead?.delete(address);
  return found;
}

/** Something changes: what was answered before is too old. What nobody takes is not read to its end either. */
export function forgotten(): undefined {
  const left = [...(window.fieldkeepAhead?.values() ?? [])];
  delete window.fieldkeepAhead;
  for (const { answer } of left) void answer.then((one) => one?.body?.cancel()).catch(() => undefined);
}

// A page that asks for nothing any more forgets as well.
setTimeout(forgotten, OLD_MS);
