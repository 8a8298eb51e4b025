/**
 * The API client. `api.get('/devices/{device}', {params: {device}})` is typed by src/api/types.ts. Whatever fails throws a
 * Problem. A lost session and a missing proof of presence are asked for over the page, and the request is then repeated.
 */
import type { Paths } from '$api/types';
import { forgotten, taken } from './ahead';
import { heard } from './clock.svelte';
import { connection } from './connection.svelte';
import { gate } from './gate.svelte';
import { Problem } from './problem';
import { quiet, waited } from './quiet';

type Method = 'get' | 'post' | 'put';
type With<M extends Method> = { [P in keyof Paths]: Paths[P] extends Record<M, unknown> ? P : never }[keyof Paths];
type Operation<P extends keyof Paths, M extends Method> = Paths[P] extends Record<M, infer O> ? O : never;
type Member<O, K extends string> = O extends Record<K, infer V> ? V : undefined;
type Optional<K extends string, V> = [V] extends [undefined] ? { [k in K]?: undefined } : { [k in K]: V };
type Query<V> = [V] extends [undefined] ? { query?: undefined } : Partial<V> extends V ? { query?: V } : { query: V };
type Asked<O> = Optional<'params', Member<O, 'params'>> & Query<Member<O, 'query'>> & Optional<'body', Member<O, 'body'>>;

export interface Manner {
  signal?: AbortSignal;
  /** Do not ask the person for anything: throw the 401 or 403 as it is. */
  silent?: boolean;
  /** What it should answer with, where that is not JSON: a media type. */
  accept?: string;
  /** Nobody waits for it: it goes when nothing is open that somebody waits for. */
  later?: boolean;
}

type Arguments<O> = {} extends Asked<O> ? [wish?: Asked<O> & Manner] : [wish: Asked<O> & Manner];
type Wish = Manner & { params?: Record<string, string>; query?: Record<string, unknown>; body?: unknown };

const BASE = '/api/v1';
/** A GET waits for itself when told to wait no longer than this. */
const RETRY_S_MAX = 5;

export const api = {
  get: <P extends With<'get'>>(path: P, ...[wish]: Arguments<Operation<P, 'get'>>) =>
    send<Member<Operation<P, 'get'>, 'answer'>>('GET', path, wish as Wish | undefined),
  post: <P extends With<'post'>>(path: P, ...[wish]: Arguments<Operation<P, 'post'>>) =>
    send<Member<Operation<P, 'post'>, 'answer'>>('POST', path, wish as Wish | undefined),
  put: <P extends With<'put'>>(path: P, ...[wish]: Arguments<Operation<P, 'put'>>) =>
    send<Member<Operation<P, 'put'>, 'answer'>>('PUT', path, wish as Wish | undefined),
};

/** The address of a path of the API. */
export function address(path: string, params: Record<string, string> = {}, query: Record<string, unknown> = {}): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return `${BASE}${filled}${text === '' ? '' : `?${text}`}`;
}

/** The untyped road, for answers that are no JSON and for paths that the contract does not have yet. */
export async function send<T>(method: string, path: string, wish: Wish = {}): Promise<T> {
  const answer = await request(method, path, wish);
  if (answer.status === 204 || answer.headers.get('Content-Length') === '0') return undefined as T;
  const type = answer.headers.get('Content-Type') ?? '';
  if (type.includes('json') && !type.includes('ndjson')) return (await answer.json()) as T;
  const text = await answer.text();
  return (text === '' ? undefined : text) as T;
}

/** An answer as it is, once it is a good one: for streams and downloads. */
export async function request(method: string, path: string, wish: Wish = {}): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const answer = await once(method, path, wish);
    if (answer.ok) return answer;
    const problem = await Problem.of(answer);
    if (tries > 3 || !(await helped(problem, method, wish))) throw problem;
  }
}

async function once(method: string, path: string, wish: Wish): Promise<Response> {
  const headers: Record<string, string> = { Accept: wish.accept ?? 'application/json' };
  if (wish.body !== undefined) headers['Content-Type'] = 'application/json';
  if (wish.later) await quiet();
  const where = address(path, wish.params, wish.query);
  const early = method === 'GET' ? taken(where) : forgotten();
  let sent = Date.now();
  const ask = (): Promise<Response> => fetch(where, {
    method,
    headers,
    body: wish.body === undefined ? null : JSON.stringify(wish.body),
    credentials: 'same-origin',
    signal: wish.signal ?? null,
    priority: wish.later ? 'low' : 'auto',
  });
  try {
    const asked = early ? early.answer.then((answer) => {
      if (answer) ({ sent } = early);
      return answer ?? ask();
    }) : ask();
    const answer = await (wish.later ? asked : waited(asked));
    heard(answer, sent);
    connection.reached();
    return answer;
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') throw thrown;
    connection.missed();
    throw new Problem(0, { title: 'offline' });
  }
}

/** Whether something was done about a refusal, so that the request is worth repeating. */
async function helped(problem: Problem, method: string, wish: Wish): Promise<boolean> {
  if (wish.silent) return false;
  if (problem.status === 401) return gate.ask('sign-in');
  if (problem.status === 403 && problem.needs === 'step-up') return gate.ask('step-up');
  if ((problem.status === 429 || problem.status === 503) && method === 'GET' && problem.retryAfterS !== null && problem.retryAfterS <= RETRY_S_MAX) {
    await new Promise((done) => setTimeout(done, (problem.retryAfterS ?? 1) * 1000));
    return true;
  }
  return false;
}
