/**
 * What the one who is signed in may do, asked of the server itself: what they may not do is not offered. It decides nothing;
 * the server asks again at each act. Answers count for a minute, and are kept while the next ones come. What could not be asked
 * is no "no": what was known stays, and what was not known stays unknown.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { Explanation } from '$api/types';
import { Again, unanswered } from '$kit/again';
import { api } from '$kit/api';
import { connection } from '$kit/connection.svelte';
import { Problem } from '$kit/problem';
import { scope } from '$kit/scope.svelte';
import { session } from '$kit/session.svelte';
import { keep, kept } from '$kit/storage';
import { directory } from './directory.svelte';
import type { Where } from './scope';

const COUNTS_MS = 60_000;
/** Whoever sees more organizations than these has a role above them, as a rule. */
const ORGANIZATIONS_MAX = 12;
/** What was answered at the last visit holds until it is asked again: this much later, when the page itself is there. */
const AGAIN_MS = 3000;
const KEPT_MAX = 400;

const keyOf = (action: string, where: Where): string =>
  [action, where.organization, where.project, where.group, where.device].map((part) => part ?? '').join(' ');

class Rights {
  #known = new SvelteMap<string, boolean>();
  /** Of this person at their last visit, so that what is offered does not come piece by piece. */
  #before: Map<string, boolean> | null = null;
  #asked = new Map<string, { at: number; answer: Promise<Explanation | null> }>();
  #again = new Again();

  /** Whether they may do it there; presence may still have to be proven. False until the server has answered. */
  may(action: string, where: Where = {}): boolean {
    return this.known(action, where) ?? false;
  }

  /** The same; undefined until the server has answered. */
  known(action: string, where: Where = {}): boolean | undefined {
    const key = keyOf(action, where);
    // The map is read first: this runs where it must depend on the answer.
    const known = this.#known.get(key);
    const before = known === undefined ? this.#recalled().get(key) : undefined;
    if (before !== undefined && !this.#asked.has(key)) this.#later(key, action, where);
    // What failed is asked again in its own time, not whenever something is drawn.
    else if (!this.#again.waits(key)) void this.explain(action, where).catch(() => undefined);
    return known ?? before;
  }

  /** The same, at the deployment or in any of the organizations that they see. */
  somewhere(action: string): boolean {
    return this.offered(action) ?? false;
  }

  /** Whether one of these may be done somewhere: first where most may, then where they are, then elsewhere. undefined until it is known. */
  offered(...actions: string[]): boolean | undefined {
    let open = false;
    for (const action of actions) {
      const found = this.#anywhere(action);
      if (found) return true;
      open ||= found === undefined;
    }
    return open ? undefined : false;
  }

  /** The same for what is asked of a whole organization: a role for a project alone does not reach it. */
  offeredAbove(...actions: string[]): boolean | undefined {
    const found = actions.map((action) => this.#anywhere(action, false));
    return found.includes(true) || (found.includes(undefined) ? undefined : false);
  }

  #anywhere(action: string, inProjects = true): boolean | undefined {
    const all = this.known(action);
    if (all !== false) return all;
    if (!scope.ready) return undefined;
    const here = scope.organization ? this.known(action, { organization: scope.organization.id }) : false;
    if (here !== false) return here;
    const project = inProjects ? (scope.only ?? scope.projects[0]) : null;
    const inside = project ? this.known(action, { project: project.id }) : false;
    if (inside !== false) return inside;
    const others = scope.organizations.filter((one) => one.id !== scope.organization?.id).slice(0, ORGANIZATIONS_MAX).map((one) => this.known(action, { organization: one.id }));
    return others.includes(true) || (others.includes(undefined) ? undefined : false);
  }

  /** As `somewhere`, once it is known: before a list is asked for that would be refused. */
  async anywhere(action: string): Promise<boolean> {
    if (await this.there(action, {})) return true;
    const organizations = (await directory.load.organizations()).slice(0, ORGANIZATIONS_MAX);
    const found = await Promise.all(organizations.map((one) => this.there(action, { organization: one.id })));
    return found.includes(true);
  }

  /** What was known counts while it cannot be asked; throws where nothing was. */
  async there(action: string, where: Where): Promise<boolean> {
    try {
      return allows(await this.explain(action, where));
    } catch (thrown) {
      const key = keyOf(action, where);
      const known = this.#known.get(key) ?? this.#recalled().get(key);
      if (known === undefined) throw thrown;
      return known;
    }
  }

  /** The server's own account of it; null where it is refused. Throws where it cannot be asked. */
  explain(action: string, where: Where): Promise<Explanation | null> {
    const key = keyOf(action, where);
    const asked = this.#asked.get(key);
    if (asked && Date.now() - asked.at < COUNTS_MS) return asked.answer;
    const answer = this.#ask(key, action, where);
    this.#asked.set(key, { at: Date.now(), answer });
    return answer;
  }

  /** After an act that changes what one may do. */
  forget(): void {
    this.#asked.clear();
  }

  #later(key: string, action: string, where: Where): void {
    const answer = new Promise<Explanation | null>((done) => { setTimeout(() => done(this.#ask(key, action, where)), AGAIN_MS); });
    // Nobody may be waiting for it.
    answer.catch(() => undefined);
    this.#asked.set(key, { at: Date.now(), answer });
  }

  #recalled(): Map<string, boolean> {
    const { me } = session;
    if (!me) return new Map();
    if (this.#before) return this.#before;
    this.#before = new Map();
    try {
      const [who, ...keys] = JSON.parse(kept('rights') ?? '[]') as string[];
      if (who === me.id) this.#before = new Map(keys.map((key) => [key.slice(1), key.startsWith('+')]));
    } catch {
      // Something else wrote there: all is asked anew.
    }
    return this.#before;
  }

  #keep(): void {
    const known = [...this.#known].map(([key, may]) => `${may ? '+' : '-'}${key}`);
    if (session.me) keep('rights', JSON.stringify([session.me.id, ...known.slice(-KEPT_MAX)]));
  }

  async #ask(key: string, action: string, where: Where): Promise<Explanation | null> {
    try {
      const answer = await inTurn(() => {
        if (connection.lost) throw new Problem(0, { title: 'offline' });
        return api.get('/access/explain', { query: { principal: 'me', action, ...where }, silent: true, later: true });
      });
      this.#take(key, allows(answer));
      return answer;
    } catch (thrown) {
      const problem = Problem.from(thrown);
      if (!unanswered(problem.status)) {
        this.#take(key, false);
        return null;
      }
      this.#asked.delete(key);
      this.#again.missed(key, () => void this.explain(action, where).catch(() => undefined));
      throw problem;
    }
  }

  #take(key: string, may: boolean): void {
    this.#again.answered(key);
    this.#known.set(key, may);
    this.#keep();
  }
}

/** A few at a time: a browser has six connections, and what is shown needs some of them. */
const AT_ONCE_MAX = 3;
let running = 0;
const waiting: (() => void)[] = [];

async function inTurn<T>(ask: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE_MAX) await new Promise<void>((done) => waiting.push(done));
  else running += 1;
  try {
    return await ask();
  } finally {
    // Its place goes to the next.
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** `owes` asks for presence or a second person, which comes with the act. */
function allows(answer: Explanation | null | undefined): boolean {
  return answer !== null && answer !== undefined && (answer.allowed || answer.decision === 'owes');
}

export const rights = new Rights();
