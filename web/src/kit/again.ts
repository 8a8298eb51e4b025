/**
 * Asks again what could not be asked: after a pause that grows each time, and while the server cannot be reached not before
 * it is back.
 */
import { connection } from './connection.svelte';

const FIRST_MS = 2000;
const PAUSE_MS_MAX = 60_000;

export class Again {
  #open = new Map<string, { times: number; ask: () => void; timer: ReturnType<typeof setTimeout> }>();

  constructor() {
    connection.onback(() => {
      for (const { ask, timer } of this.#open.values()) {
        clearTimeout(timer);
        ask();
      }
    });
  }

  /** It failed: `ask` is called when its time has come. */
  missed(key: string, ask: () => void): void {
    const before = this.#open.get(key);
    clearTimeout(before?.timer);
    const times = (before?.times ?? 0) + 1;
    const timer = setTimeout(() => { if (!connection.lost) ask(); }, Math.min(FIRST_MS * 2 ** (times - 1), PAUSE_MS_MAX));
    this.#open.set(key, { times, ask, timer });
  }

  answered(key: string): void {
    clearTimeout(this.#open.get(key)?.timer);
    this.#open.delete(key);
  }

  waits(key: string): boolean {
    return this.#open.has(key);
  }
}

/** A refusal is an answer; no connection, a server in trouble or one that wants less of it is none. */
export const unanswered = (status: number): boolean => status <= 0 || status === 401 || status === 429 || status >= 500;
