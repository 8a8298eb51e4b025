/** What Ctrl K finds: screens by themselves, and whatever nouns add, as devices or actions. */
import type { IconName } from '$ui/icons';

export interface Find {
  /** Unique in its source. */
  id: string;
  text: string;
  /** Beside it, quieter: a site, a state. */
  aside?: string;
  icon: IconName;
  href?: string;
  run?: () => void;
}

export type Source = (query: string, signal: AbortSignal) => Find[] | Promise<Find[]>;

class Palette {
  open = $state(false);
  sources: Source[] = [];

  /** Returns how to take it away again. */
  add(source: Source): () => void {
    this.sources = [...this.sources, source];
    return () => {
      this.sources = this.sources.filter((one) => one !== source);
    };
  }
}

export const palette = new Palette();

/** Whether every word of the query is in the text, whatever case or accents. */
export function fits(query: string, text: string): boolean {
  const plain = (words: string) => words.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
  const found = plain(text);
  return plain(query).split(/\s+/).every((part) => found.includes(part));
}
