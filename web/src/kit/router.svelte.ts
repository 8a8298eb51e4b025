/**
 * The History API router. A screen is a path, a title and a lazily loaded component; nouns bring theirs in
 * src/console/NOUN/routes.ts. Plain <a href> works everywhere. Every view is its URL: see `view`.
 */
import type { Component } from 'svelte';
import type { IconName } from '$ui/icons';

export type NavGroup = 'operate' | 'prove' | 'manage';

export interface Screen {
  /** "/devices/:device"; parameters come as `params`. */
  path: string;
  /** Id of the message that names it. */
  title: string;
  /** The component may take `params: Record<string, string>`. */
  // oxlint-disable-next-line no-explicit-any -- a screen without parameters takes no props at all
  load: () => Promise<{ default: Component<any> }>;
  /** Its place in the side bar; absent: not there. */
  nav?: {
    group: NavGroup;
    icon: IconName;
    order: number;
    /** Reactive: whether whoever is signed in has a use for it, undefined until that is known; absent: everybody has. */
    when?: () => boolean | undefined;
  };
  /** Shown without a session and without the frame. */
  open?: boolean;
  /** Shown without the frame, yet signed in: a wall display, a first run. */
  bare?: boolean;
}

export interface Crumb {
  text: string;
  href?: string;
}

export interface Match {
  screen: Screen;
  params: Record<string, string>;
}

type Search = Record<string, string | null>;

class Router {
  screens: Screen[] = [];
  path = $state(location.pathname);
  search = $state.raw(new URLSearchParams(location.search));
  crumbs = $state.raw<Crumb[]>([]);
  /** Counts navigations to other paths; the frame moves the focus to the heading after each. */
  arrivals = $state(0);
  /** Screens may object to being left, as a half-filled form does. */
  #guards: (() => boolean)[] = [];
  /** How many entries of the browser's history lie before this one, of those made here: kept in each of them. */
  #at = 0;
  /** What a guard stopped. */
  #onward: (() => void) | null = null;
  /** The next move was agreed to; the next one only takes a move of the browser back. */
  #agreed = false;
  #undoing = false;

  start(screens: Screen[]): void {
    // The more is spelled out, the earlier it is tried: /devices/new before /devices/:device.
    this.screens = [...screens].sort((a, b) => weight(a.path) - weight(b.path));
    this.#at = entry() ?? 0;
    history.replaceState({ at: this.#at }, '');
    addEventListener('popstate', () => this.#moved());
    document.addEventListener('click', (event) => this.#click(event));
  }

  get match(): Match | null {
    for (const screen of this.screens) {
      const params = matched(screen.path, this.path);
      if (params) return { screen, params };
    }
    return null;
  }

  go(href: string, { replace = false }: { replace?: boolean } = {}): void {
    const url = new URL(href, location.href);
    if (url.pathname !== this.path && this.#stopped(() => this.go(href, { replace }))) return;
    if (!replace) this.#at += 1;
    if (replace) history.replaceState({ at: this.#at }, '', url);
    else history.pushState({ at: this.#at }, '', url);
    this.#read();
  }

  /** Goes where a guard did not let it, now that the person has agreed. */
  leave(): void {
    const onward = this.#onward;
    this.#onward = null;
    this.#agreed = onward !== null;
    onward?.();
  }

  /** Changes parts of the query string; null takes one away. Other parts stay. */
  put(change: Search, { push = false }: { push?: boolean } = {}): void {
    const search = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(change)) {
      if (value === null) search.delete(name);
      else search.set(name, value);
    }
    const text = search.toString();
    this.go(`${location.pathname}${text === '' ? '' : `?${text}`}${location.hash}`, { replace: !push });
  }

  /** Asks before the screen is left, by the browser's Back too; `leave` goes on then. Returns how to stop asking. Call it in an $effect. */
  guard(may: () => boolean): () => void {
    this.#guards.push(may);
    return () => {
      this.#guards = this.#guards.filter((one) => one !== may);
    };
  }

  #stopped(onward: () => void): boolean {
    const agreed = this.#agreed;
    this.#agreed = false;
    if (agreed || this.#guards.every((guard) => guard())) return false;
    this.#onward = onward;
    return true;
  }

  /** The browser has moved already: where a guard objects, it is moved back, and what is shown stays. */
  #moved(): void {
    if (this.#undoing) {
      this.#undoing = false;
      return;
    }
    const to = entry();
    const by = (to ?? this.#at) - this.#at;
    const { href } = location;
    if (location.pathname !== this.path && this.#stopped(() => { if (by === 0) this.go(href); else history.go(by); })) {
      if (by !== 0) {
        this.#undoing = true;
        history.go(-by);
        return;
      }
      // An entry that was not made here: nobody knows on which side it lies.
      const search = this.search.toString();
      this.#at += 1;
      history.pushState({ at: this.#at }, '', `${this.path}${search === '' ? '' : `?${search}`}`);
      return;
    }
    this.#at = to ?? this.#at;
    this.#read();
  }

  #read(): void {
    if (location.pathname !== this.path) {
      this.crumbs = [];
      this.arrivals += 1;
      this.path = location.pathname;
      scrollTo(0, 0);
    }
    if (location.search !== `?${this.search}`) this.search = new URLSearchParams(location.search);
  }

  #click(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link || link.target !== '' || link.hasAttribute('download') || link.origin !== location.origin) return;
    if (link.pathname.startsWith('/api/') || (link.pathname === location.pathname && link.hash !== '')) return;
    event.preventDefault();
    this.go(link.href);
  }
}

/** Which entry of the history this is, where the router made it. */
function entry(): number | null {
  const { at } = (history.state ?? {}) as { at?: unknown };
  return typeof at === 'number' ? at : null;
}

export const router = new Router();

/**
 * The state of a view, kept in the query string, so that a link shows the same: `const at = view({q: '', page: 1})`, then
 * `at.q` is reactive and `at.q = 'x'` changes the address. What is at its default is left out.
 */
export function view<T extends Record<string, string | number | boolean>>(defaults: T): { [K in keyof T]: Widened<T[K]> } {
  return new Proxy({} as { [K in keyof T]: Widened<T[K]> }, {
    get: (_, name) => (typeof name === 'string' ? read(name, defaults[name]) : undefined),
    set: (_, name, value: string | number | boolean) => {
      router.put({ [String(name)]: value === defaults[String(name)] ? null : String(value) });
      return true;
    },
  });
}

type Widened<V> = V extends string ? string : V extends number ? number : boolean;

function read(name: string, fallback: string | number | boolean | undefined): string | number | boolean | undefined {
  const text = router.search.get(name);
  if (text === null) return fallback;
  if (typeof fallback === 'number') return Number.isFinite(Number(text)) ? Number(text) : fallback;
  return typeof fallback === 'boolean' ? text === 'true' : text;
}

function weight(path: string): number {
  return path.split('/').reduce((all, part) => all + (part.startsWith(':') ? 100 : 1), 0);
}

function matched(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const parts = path.replace(/(?<=.)\/$/, '').split('/');
  if (wanted.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const found = parts[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decoded(found);
    else if (part !== found) return null;
  }
  return params;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
