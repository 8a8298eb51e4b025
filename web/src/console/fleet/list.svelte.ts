/** The devices in view: page after page from the server, sorted and filtered there, and kept fresh by events. */
import { send } from '$kit/api';
import { Problem } from '$kit/problem';
import type { FleetDevice } from '../device/model';

/** The first page is what a window shows and some; then the largest that the server gives. */
const FIRST = 200;
const PAGE = 1000;
/** Events come faster than people read. */
const CALM_MS = 400;

export type Asked = Record<string, string | undefined>;
interface Page { items: FleetDevice[]; next?: string | null; total?: number }

export class FleetList {
  rows = $state.raw<FleetDevice[]>([]);
  total = $state(0);
  problem = $state.raw<Problem | null>(null);
  busy = $state(true);
  /** Whether anything was ever answered. */
  came = $state(false);
  #asked: Asked = {};
  #next: string | null = null;
  #stop = new AbortController();
  #changes = new Map<string, Partial<FleetDevice>>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  async open(asked: Asked): Promise<void> {
    this.#asked = asked;
    this.#stop.abort();
    this.#stop = new AbortController();
    await this.#load(null, FIRST);
  }

  /** The same anew, as much as is there, so that nobody is thrown back to the top. */
  async again(): Promise<void> {
    this.#stop.abort();
    this.#stop = new AbortController();
    await this.#load(null, Math.min(PAGE, Math.max(FIRST, this.rows.length)), true);
  }

  async more(): Promise<void> {
    if (this.busy || this.#next === null) return;
    await this.#load(this.#next, PAGE);
  }

  /** Loads on until so many are there. */
  async until(count: number): Promise<void> {
    while (this.#next !== null && this.rows.length < count && this.problem === null) await this.#load(this.#next, PAGE);
  }

  /** What an event said of a device. */
  patch(id: string, change: Partial<FleetDevice>): void {
    this.#changes.set(id, { ...this.#changes.get(id), ...change });
    this.#timer ??= setTimeout(() => this.#apply(), CALM_MS);
  }

  close(): void {
    this.#stop.abort();
    clearTimeout(this.#timer);
  }

  find(id: string): FleetDevice | undefined {
    const change = this.#changes.get(id);
    const row = this.rows.find((one) => one.id === id);
    return row && change ? { ...row, ...change } : row;
  }

  #apply(): void {
    this.#timer = undefined;
    const changes = this.#changes;
    this.#changes = new Map();
    this.rows = this.rows.map((row) => (changes.has(row.id) ? { ...row, ...changes.get(row.id) } : row));
  }

  async #load(after: string | null, limit: number, keep = false): Promise<void> {
    const { signal } = this.#stop;
    this.busy = true;
    try {
      const page = await send<Page>('GET', '/devices', { query: { ...this.#asked, limit, after }, signal });
      if (signal.aborted) return;
      // Beyond what was read anew the older rows stay, where nothing was moved among them.
      const rest = keep && after === null && page.next ? this.rows.slice(page.items.length) : [];
      const there = new Set(page.items.map((one) => one.id));
      this.rows = after === null ? [...page.items, ...rest.filter((one) => !there.has(one.id))] : [...this.rows, ...page.items];
      if (rest.length === 0) this.#next = page.next ?? null;
      this.total = page.total ?? this.rows.length + (this.#next === null ? 0 : 1);
      this.problem = null;
      this.came = true;
    } catch (thrown) {
      if (signal.aborted) return;
      this.problem = Problem.from(thrown);
    }
    this.busy = false;
  }
}
