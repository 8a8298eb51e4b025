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

class Rights {
  #known = new SvelteMap<string, boolean>();
  #asked = new Map<string, number>();

  /** Reactive: false until it is known. Call it where things are drawn. */
  may(action: string, place: Place): boolean {
    const query = Object.fromEntries(Object.entries(place).filter(([, id]) => id));
    const key = `${action} ${JSON.stringify(query)}`;
    if (Date.now() - (this.#asked.get(key) ?? 0) > KEPT_MS) {
      this.#asked.set(key, Date.now());
      // Not while something is drawn.
      queueMicrotask(() => void this.#ask(key, action, query));
    }
    return this.#known.get(key) ?? false;
  }

  async #ask(key: string, action: string, query: Place): Promise<void> {
    try {
      const found = await api.get('/access/explain', { query: { principal: 'me', action, ...query } });
      this.#known.set(key, found.allowed || HELPED.includes(found.needs ?? ''));
    } catch {
      this.#asked.delete(key);
    }
  }
}

export const rights = new Rights();
