/**
 * Whether somebody has a use for the screen: they can set such work going, or there is some that they may see. The latter is
 * asked only of those who cannot.
 */
import { Again, unanswered } from '$kit/again';
import { api } from '$kit/api';
import { Problem } from '$kit/problem';
import { session } from '$kit/session.svelte';
import { rights } from '$kit/rights.svelte';

/** What each kind of job takes. */
const TAKES = ['device.suspend', 'device.install', 'device.claim', 'device.revoke', 'group.write'];

class Use {
  /** undefined until the server has answered. */
  #some = $state<boolean | undefined>(undefined);
  #asked: string | null = null;
  #again = new Again();

  /** Reactive; undefined until it is known. */
  offered(): boolean | undefined {
    const may = rights.offered(...TAKES);
    if (may !== false) return may;
    const person = session.me?.id ?? null;
    // Not while something is drawn.
    if (person !== null && this.#asked !== person) queueMicrotask(() => void this.#ask(person));
    return this.#some;
  }

  async #ask(person: string): Promise<void> {
    if (this.#asked === person) return;
    this.#asked = person;
    try {
      const { items } = await api.get('/jobs', { query: { limit: 1 }, silent: true, later: true });
      this.#again.answered(person);
      this.#some = items.length > 0;
    } catch (thrown) {
      if (!unanswered(Problem.from(thrown).status)) return void (this.#some = false);
      this.#again.missed(person, () => {
        this.#asked = null;
        void this.#ask(person);
      });
    }
  }
}

export const use = new Use();
