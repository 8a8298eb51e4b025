/**
 * What the person may do, so that nothing is offered that would be refused. Asked once for each action and place, and kept
 * for a while; the server decides anyway when it is done.
 */
import { SvelteMap } from 'svelte/reactivity';
import { Again, unanswered } from './again';
import { api } from './api';
import { connection } from './connection.svelte';
import { Problem } from './problem';

interface Place {
  organization?: string | null | undefined;
  project?: string | null | undefined;
  device?: string | null | undefined;
}

const KEPT_MS = 300_000;
/** Presence and a second person are asked for when it is done. */
const HELPED = ['step-up', 'second-person'];

const part = (place: Place): Place => Object.fromEntries(Object.entries(place).filter(([, id]) => id));
const keyOf = (action: string, place: Place): string => `${action} ${JSON.stringify(part(place))}`;

class Rights {
  #known = new SvelteMap<string, boolean>();
  #asked = new Map<string, number>();
  /** What could not be asked is no "no": it stays as it was known, or unknown. */
  #again = new Again();

  /** Reactive: false until it is known. Call it where things are drawn. */
  may(action: string, place: Place): boolean {
    const query = part(place);
    const key = keyOf(action, place);
    if (Date.now() - (this.#asked.get(key) ?? 0) > KEPT_MS) {
      this.#asked.set(key, Date.now());
      // Not while something is drawn.
      queueMicrotask(() => void this.#ask(key, action, query));
    }
    return this.#known.get(key) ?? false;
  }

  /** Whether it is known by now; where something would move when it comes. */
  knows(action: string, place: Place): boolean {
    this.may(action, place);
    return this.#known.has(keyOf(action, place));
  }

  async #ask(key: string, action: string, query: Place): Promise<void> {
    try {
      if (connection.lost) throw new Problem(0, { title: 'offline' });
      const found = await api.get('/access/explain', { query: { principal: 'me', action, ...query } });
      this.#again.answered(key);
      this.#known.set(key, found.allowed || HELPED.includes(found.needs ?? ''));
    } catch (thrown) {
      // Asked counts all the same: what is drawn again does not ask again.
      if (unanswered(Problem.from(thrown).status)) return this.#again.missed(key, () => void this.#ask(key, action, query));
      this.#again.answered(key);
      if (!this.#known.has(key)) this.#known.set(key, false);
    }
  }
}

export const rights = new Rights();
