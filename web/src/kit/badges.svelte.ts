/** Counts beside entries of the side bar: what waits there for somebody. Set by the nouns, by the path of the screen. */
import { SvelteMap } from 'svelte/reactivity';
import { number } from './format';

class Badges {
  #counts = new SvelteMap<string, number>();

  set(path: string, count: number): void {
    this.#counts.set(path, count);
  }

  /** null where nothing waits. */
  of(path: string): string | null {
    const count = this.#counts.get(path) ?? 0;
    return count === 0 ? null : number(count, { notation: count > 9999 ? 'compact' : 'standard' });
  }
}

export const badges = new Badges();
