/**
 * The one event stream. `live.watch(project)` opens it, `live.on(type, call)` listens. It resumes after the last event that
 * was seen (Last-Event-ID), and says how fresh the page is: live, behind (silent for long, or catching up), lost.
 *
 * By fetch and not EventSource: a refusal has to be read, and a silent line has to be noticed.
 */
import { address } from './api';
import { heard, serverNow } from './clock.svelte';
import { connection } from './connection.svelte';
import { gate } from './gate.svelte';

export interface LiveEvent {
  type: string;
  [member: string]: unknown;
}

export type LiveState = 'off' | 'live' | 'behind' | 'lost';

/** The server says something at least every 15 s. */
const SILENT_MS_MAX = 20_000;
const DEAD_MS_MAX = 45_000;
const WAIT_MS_MAX = 30_000;
const LINE_CHARS_MAX = 1_000_000;

class Live {
  state = $state<LiveState>('off');
  /** When something last came, heartbeats too. */
  at = $state(0);
  #project: string | null = null;
  #last: string | null = null;
  #stop: AbortController | null = null;
  #calls = new Map<string, Set<(event: LiveEvent) => void>>();

  /** Follows a project; null stops. */
  watch(project: string | null): void {
    if (project === this.#project) return;
    this.#stop?.abort();
    this.#project = project;
    this.#last = null;
    this.state = 'off';
    if (project === null) return;
    this.#stop = new AbortController();
    void this.#run(project, this.#stop.signal);
  }

  /** `*` is every type. Returns how to stop; call it in an $effect. */
  on(type: string, call: (event: LiveEvent) => void): () => void {
    const calls = this.#calls.get(type) ?? new Set();
    this.#calls.set(type, calls.add(call));
    return () => calls.delete(call);
  }

  async #run(project: string, signal: AbortSignal): Promise<void> {
    for (let wait = 500; !signal.aborted; wait = Math.min(wait * 2, WAIT_MS_MAX)) {
      const since = Date.now();
      const again = await this.#connect(project, signal).catch(() => true);
      if (signal.aborted) return;
      this.state = again ? 'lost' : 'off';
      if (!again) return;
      if (Date.now() - since > WAIT_MS_MAX) wait = 500;
      // Whether it is this stream alone, or the server: the page says so at once.
      void connection.probe();
      await rest(wait * (0.75 + Math.random() / 2));
    }
  }

  /** One connection, until it ends. Whether to try again. */
  async #connect(project: string, signal: AbortSignal): Promise<boolean> {
    const ended = new AbortController();
    const both = AbortSignal.any([signal, ended.signal]);
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (this.#last !== null) headers['Last-Event-ID'] = this.#last;
    const sent = Date.now();
    const answer = await fetch(address('/events', {}, { project }), { headers, signal: both, credentials: 'same-origin' });
    heard(answer, sent);
    if (answer.status === 401) return gate.ask('sign-in');
    // Nothing to follow here, or not for this person.
    if (answer.status === 403 || answer.status === 404) return false;
    if (!answer.ok || !answer.body) return true;
    this.#heard();
    const watch = setInterval(() => {
      const silent = serverNow() - this.at;
      if (silent > SILENT_MS_MAX) this.state = 'behind';
      if (silent > DEAD_MS_MAX) ended.abort();
    }, 1000);
    try {
      await this.#read(answer.body);
    } finally {
      clearInterval(watch);
    }
    return true;
  }

  async #read(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      this.#heard();
      rest = (rest + value).replaceAll('\r\n', '\n');
      if (rest.length > LINE_CHARS_MAX) throw new Error('an event is too long');
      const blocks = rest.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    let data = '';
    let name: string | null = null;
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':');
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'data') data += data === '' ? value : `\n${value}`;
      else if (field === 'id') this.#last = value;
      else if (field === 'event') name = value;
    }
    if (data === '') return;
    try {
      const parsed = JSON.parse(data) as LiveEvent;
      const event = name !== null && !parsed.type ? { ...parsed, type: name } : parsed;
      for (const type of [event.type, '*']) for (const call of this.#calls.get(type) ?? []) call(event);
    } catch (thrown) {
      console.error('event', thrown);
    }
  }

  #heard(): void {
    this.at = serverNow();
    this.state = 'live';
  }
}

/** So long, or until the server is there again. */
function rest(ms: number): Promise<void> {
  return new Promise((done) => {
    const over = (): void => {
      clearTimeout(timer);
      off();
      done();
    };
    const timer = setTimeout(over, ms);
    const off = connection.onback(over);
  });
}

export const live = new Live();
