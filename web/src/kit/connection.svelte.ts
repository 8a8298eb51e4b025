import { heard, serverNow } from './clock.svelte';

/** Whether the server can be reached: from the last request, and from what the browser says of its network. */
class Connection {
  lost = $state(false);
  /** When an answer last came. */
  at = $state(0);
  #back: (() => void)[] = [];

  constructor() {
    addEventListener('offline', () => this.missed());
    addEventListener('online', () => void this.probe());
  }

  reached(): void {
    this.at = serverNow();
    if (!this.lost) return;
    this.lost = false;
    for (const call of this.#back) call();
  }

  missed(): void {
    if (this.lost) return;
    this.lost = true;
    void this.#until();
  }

  /** Calls back when the server is there again: to load anew what is shown. Returns how to stop. */
  onback(call: () => void): () => void {
    this.#back.push(call);
    return () => {
      this.#back = this.#back.filter((one) => one !== call);
    };
  }

  async probe(): Promise<void> {
    try {
      const sent = Date.now();
      heard(await fetch('/icon.svg', { method: 'HEAD', cache: 'no-store' }), sent);
      this.reached();
    } catch {
      this.missed();
    }
  }

  async #until(): Promise<void> {
    for (let wait = 2000; this.lost; wait = Math.min(wait * 1.5, 20_000)) {
      await new Promise((done) => setTimeout(done, wait));
      if (this.lost) await this.probe();
    }
  }
}

export const connection = new Connection();
