/**
 * Where a request waits for its person: to sign in again, or to prove presence. The dialogs lie over the page, so nothing
 * that was typed is lost; they call `pass` or `refuse`, and the request goes on or fails.
 */
type Kind = 'sign-in' | 'step-up';

class Gate {
  /** Which dialog is open. */
  open = $state<Kind | null>(null);
  #waiting: { kind: Kind; done: (passed: boolean) => void }[] = [];

  /** Resolves true when the person did it, false when they would not. Many requests share one dialog. */
  ask(kind: Kind): Promise<boolean> {
    return new Promise((done) => {
      this.#waiting.push({ kind, done });
      // Without a session there is nothing to step up.
      if (this.open === null || kind === 'sign-in') this.open = kind;
    });
  }

  pass(): void {
    this.#settle(true);
  }

  refuse(): void {
    this.#settle(false);
  }

  #settle(passed: boolean): void {
    // A sign-in is a proof of presence as well.
    const settled = this.#waiting.filter((one) => this.open === 'sign-in' || one.kind === this.open);
    this.#waiting = this.#waiting.filter((one) => !settled.includes(one));
    this.open = this.#waiting[0]?.kind ?? null;
    for (const one of settled) one.done(passed);
  }
}

export const gate = new Gate();
