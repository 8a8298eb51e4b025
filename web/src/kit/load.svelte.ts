/**
 * Data of a screen. `const devices = loading(() => api.get('/devices', {query: {project: at.project}}))` loads again
 * whenever something reactive that the function read has changed, keeps what is shown meanwhile, and again when the server is
 * back. Use it while a component initialises.
 */
import { serverNow } from './clock.svelte';
import { connection } from './connection.svelte';
import { live } from './live.svelte';
import { Problem } from './problem';

export interface Loaded<T> {
  /** undefined until the first answer. */
  readonly data: T | undefined;
  readonly problem: Problem | null;
  readonly busy: boolean;
  /** When the answer came; 0 before. */
  readonly at: number;
  again: () => Promise<void>;
  /** Puts in an answer that came by another way: of a PUT, or an event. */
  put: (data: T) => void;
}

/**
 * Lists of more than the followed project are asked for again by themselves: this often while they are looked at, and on
 * coming back. What happens in the followed project is told by its stream at once.
 */
export const LIST_MS = 10_000;

export type Noun = 'site' | 'group' | 'dashboard' | 'project';

/** `nouns`: asks again by itself, quietly, when one of these changes. An answer that says the same changes nothing. */
export function loading<T>(load: (signal: AbortSignal) => Promise<T>, { nouns }: { nouns?: Noun[] } = {}): Loaded<T> {
  let data = $state.raw<T | undefined>(undefined);
  let problem = $state.raw<Problem | null>(null);
  let busy = $state(true);
  let at = $state(0);
  let stop: AbortController | undefined;

  async function run(): Promise<void> {
    stop?.abort();
    const mine = new AbortController();
    stop = mine;
    busy = true;
    try {
      const answer = await load(mine.signal);
      if (mine.signal.aborted) return;
      data = answer;
      at = serverNow();
      problem = null;
    } catch (thrown) {
      if (mine.signal.aborted) return;
      problem = Problem.from(thrown);
    }
    busy = false;
  }

  $effect(() => {
    void run();
    const off = connection.onback(() => void run());
    return () => {
      off();
      stop?.abort();
    };
  });

  /** What is there stays where the server cannot be reached, or says the same. */
  async function quietly(): Promise<void> {
    if (document.hidden || busy || connection.lost) return;
    const mine = stop;
    const answer = await load(mine?.signal ?? new AbortController().signal).catch(() => undefined);
    if (answer === undefined || stop !== mine || mine?.signal.aborted) return;
    at = serverNow();
    problem = null;
    if (JSON.stringify(answer) !== JSON.stringify(data)) data = answer;
  }

  if (nouns !== undefined) $effect(() => again(() => void quietly(), nouns));

  return {
    get data() { return data; },
    get problem() { return problem; },
    get busy() { return busy; },
    get at() { return at; },
    again: run,
    put: (answer) => {
      data = answer;
      at = serverNow();
    },
  };
}

/** Calls when one of these changes, each LIST_MS while the page is looked at, and when somebody comes back to it. Returns how to stop. */
export function again(call: () => void, nouns: Noun[]): () => void {
  const back = (): void => { if (!document.hidden) call(); };
  const timer = setInterval(back, LIST_MS);
  const offs = [live.on('changed', (event) => { if (nouns.some((noun) => noun === event.noun)) back(); }), live.on('behind', back)];
  document.addEventListener('visibilitychange', back);
  return () => {
    clearInterval(timer);
    for (const off of offs) off();
    document.removeEventListener('visibilitychange', back);
  };
}

/** An act of a form or a button: `const save = acting(async () => …)`, then `save.run()`, `save.busy`, `save.problem`. */
export function acting<A extends unknown[]>(act: (...given: A) => Promise<void>) {
  let problem = $state.raw<Problem | null>(null);
  let busy = $state(false);
  return {
    get problem() { return problem; },
    get busy() { return busy; },
    clear: () => {
      problem = null;
    },
    /** Whether it went well. Pressed twice, it is done once. */
    run: async (...given: A): Promise<boolean> => {
      if (busy) return false;
      busy = true;
      problem = null;
      try {
        await act(...given);
        return true;
      } catch (thrown) {
        problem = Problem.from(thrown);
        return false;
      } finally {
        busy = false;
      }
    },
  };
}
