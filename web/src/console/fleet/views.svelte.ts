/** Saved views: filters with a name. They are kept in this browser, for its person alone, and the screen says so. */
import { keep, kept } from '$kit/storage';

export interface SavedView {
  name: string;
  /** The query string without the project: a view fits any. */
  search: string;
}

const MAX = 30;

class Views {
  list = $state.raw<SavedView[]>(read());

  save(name: string, search: string): void {
    this.#set([...this.list.filter((one) => one.name !== name), { name, search }].slice(-MAX));
  }

  remove(name: string): void {
    this.#set(this.list.filter((one) => one.name !== name));
  }

  #set(list: SavedView[]): void {
    this.list = list;
    keep('fleet-views', list.length === 0 ? null : JSON.stringify(list));
  }
}

function read(): SavedView[] {
  try {
    const found: unknown = JSON.parse(kept('fleet-views') ?? '[]');
    return Array.isArray(found) ? found.filter((one): one is SavedView => typeof one?.name === 'string' && typeof one?.search === 'string') : [];
  } catch {
    return [];
  }
}

export const views = new Views();
