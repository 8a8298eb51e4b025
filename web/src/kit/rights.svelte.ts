/**
 * What the person may do, so that nothing is offered that would be refused. Asked once for each action and place, and kept
 * for a while; the server decides anyway when it is done.
 */
import { SvelteMap } from 'svelte/reactivity';
import { api } from './api';

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
      const found = await api.get('/access/explain', { query: { principal: 'me', action, ...query } });
      this.#known.set(key, found.allowed || HELPED.includes(found.needs ?? ''));
    } catch {
      if (!this.#known.has(key)) this.#known.set(key, false);
      this.#asked.delete(key);
    }
  }
}

export const rights = new Rights();
