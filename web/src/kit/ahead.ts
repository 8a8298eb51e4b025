/**
 * What src/early.js asked the server for while the page was on its way: who this is, and where they are. Whoever asks for the
 * same takes that answer, once.
 */
interface Early {
  sent: number;
  answer: Promise<Response>;
}

declare global {
  interface Window {
    fieldkeepAhead?: Map<string, Early>;
  }
}

export function taken(address: string): Early | undefined {
  const found = window.fieldkeepAhead?.get(address);
  window.fieldkeepAhead?.delete(address);
  return found;
}

/** What nobody took is too old from now on. */
export function forgotten(): void {
  delete window.fieldkeepAhead;
}
