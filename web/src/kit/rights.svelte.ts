/**
 * What the one who is signed in may do, asked of the server itself, once for each place: what they may not do is not offered.
 * It decides nothing; the server asks again at each act. Answers count for a minute, and are kept while the next ones come.
 * What could not be asked is no "no": what was known stays, and what was not known stays unknown.
 */
import { SvelteMap } from 'svelte/reactivity';
import { Again, unanswered } from './again';
import { api } from './api';
import { connection } from './connection.svelte';
import { Problem } from './problem';
import { scope } from './scope.svelte';
import { session } from './session.svelte';
import { keep, kept } from './storage';

/** A part of the deployment; with nothing named the whole of it. The innermost of them counts. */
export interface Where {
  organization?: string | null | undefined;
  project?: string | null | undefined;
  group?: string | null | undefined;
  device?: string | null | undefined;
}

/** The names of actions; presence or a second person may still have to be shown. */
type Allowed = ReadonlySet<string>;

const COUNTS_MS = 60_000;
/** Whoever sees more organizations than these has a role above them, as a rule. */
const ORGANIZATIONS_MAX = 12;
/** What was answered at the last visit holds until it is asked again: this much later, when the page itself is there. */
const AGAIN_MS = 3000;
const KEPT_MAX = 20;

const LEVELS = ['device', 'group', 'project', 'organization'] as const;

/** As the server takes it, which is also its key: a project says its organization. */
function placeOf(where: Where): string {
  const level = LEVELS.find((one) => where[one]);
  return level === undefined ? '' : `${level}=${where[level]}`;
}

/** Of whoever is signed in: somebody else may sign in on the same page. */
const mine = (place: string): string => `${session.me?.id ?? ''} ${place}`;

class Rights {
  #known = new SvelteMap<string, Allowed>();
  /** Of this person at their last visit, so that what is offered does not come piece by piece. */
  #before: Map<string, Allowed> | null = null;
  #asked = new Map<string, { at: number; turn: symbol; answer: Promise<Allowed> }>();
  /** What is asked again in a while, unless somebody waits for it before. */
  #waiting = new Map<string, ReturnType<typeof setTimeout>>();
  #again = new Again();

  /** Reactive: whether they may do it there; presence may still have to be proven. False until the server has answered. */
  may(action: string, where: Where = {}): boolean {
    return this.known(action, where) ?? false;
  }

  /** The same; undefined until the server has answered. */
  known(action: string, where: Where = {}): boolean | undefined {
    const place = placeOf(where);
    const key = mine(place);
    // The map is read first: this runs where it must depend on the answer.
    const known = this.#known.get(key);
    const before = known === undefined ? this.#recalled(place) : undefined;
    if (before !== undefined && !this.#asked.has(key)) this.#later(place);
    // What failed is asked again in its own time, not whenever something is drawn.
    else if (!this.#again.waits(key)) this.#ask(place).catch(() => undefined);
    return (known ?? before)?.has(action);
  }

  /** Whether it is known by now; where something would move when it comes. */
  knows(action: string, where: Where): boolean {
    return this.known(action, where) !== undefined;
  }

  /** As `may`, at the deployment or in any of the organizations that they see. */
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
    const others = this.#organizations().map((organization) => this.known(action, { organization }));
    return others.includes(true) || (others.includes(undefined) ? undefined : false);
  }

  /** As `somewhere`, once it is known: before a list is asked for that would be refused. */
  async anywhere(action: string): Promise<boolean> {
    if (await this.there(action, {})) return true;
    await scope.loaded;
    if (scope.problem && scope.organizations.length === 0) throw scope.problem;
    const found = await Promise.all(this.#organizations().map((organization) => this.there(action, { organization })));
    return found.includes(true);
  }

  /** What was known counts while it cannot be asked; throws where nothing was. */
  async there(action: string, where: Where): Promise<boolean> {
    const place = placeOf(where);
    try {
      return (await this.#ask(place)).has(action);
    } catch (thrown) {
      const known = this.#known.get(mine(place)) ?? this.#recalled(place);
      if (known === undefined) throw thrown;
      return known.has(action);
    }
  }

  /** Whether it was asked, so that it is no more work to ask about it. */
  asked(where: Where): boolean {
    return this.#asked.has(mine(placeOf(where)));
  }

  /** After an act that changes what one may do. */
  forget(): void {
    this.#asked.clear();
  }

  /** Where they are first: that one tends to be known. */
  #organizations(): string[] {
    const here = scope.organization?.id;
    const others = scope.organizations.map((one) => one.id).filter((id) => id !== here);
    return [...(here === undefined ? [] : [here]), ...others].slice(0, ORGANIZATIONS_MAX);
  }

  #recalled(place: string): Allowed | undefined {
    const { me } = session;
    if (!me) return undefined;
    if (!this.#before) {
      this.#before = new Map();
      try {
        const [who, places] = JSON.parse(kept('rights') ?? '[]') as [string?, [string, string[]][]?];
        for (const [at, actions] of places ?? []) this.#before.set(`${who} ${at}`, new Set(actions));
      } catch {
        // Something else wrote there: all is asked anew.
      }
    }
    return this.#before.get(mine(place));
  }

  #ask(place: string): Promise<Allowed> {
    const key = mine(place);
    const asked = this.#asked.get(key);
    if (asked && Date.now() - asked.at < COUNTS_MS) return asked.answer;
    clearTimeout(this.#waiting.get(key));
    this.#waiting.delete(key);
    const turn = Symbol(key);
    const answer = this.#load(place, key, turn);
    this.#asked.set(key, { at: Date.now(), turn, answer });
    return answer;
  }

  #later(place: string): void {
    const key = mine(place);
    if (this.#waiting.has(key)) return;
    this.#waiting.set(key, setTimeout(() => { this.#ask(place).catch(() => undefined); }, AGAIN_MS));
  }

  async #load(place: string, key: string, turn: symbol): Promise<Allowed> {
    try {
      const answer = await inTurn(() => {
        if (connection.lost) throw new Problem(0, { title: 'offline' });
        return api.get('/access/rights', { query: Object.fromEntries(new URLSearchParams(place)), silent: true });
      });
      const actions = [...answer.may, ...answer.owes.filter(({ needs }) => needs !== 'right').map(({ action }) => action)];
      // After `forget` an answer may be from before the act.
      return this.#asked.get(key)?.turn === turn ? this.#take(key, actions) : new Set(actions);
    } catch (thrown) {
      const problem = Problem.from(thrown);
      // A refusal is an answer: the place is none of theirs.
      if (!unanswered(problem.status)) return this.#take(key, []);
      this.#asked.delete(key);
      this.#again.missed(key, () => { this.#ask(place).catch(() => undefined); });
      throw problem;
    }
  }

  #take(key: string, actions: string[]): Allowed {
    const allowed = new Set(actions);
    this.#again.answered(key);
    const before = this.#known.get(key);
    // The same answer again is no news to whoever draws by it.
    if (before === undefined || before.size !== allowed.size || actions.some((action) => !before.has(action))) this.#known.set(key, allowed);
    const { me } = session;
    if (me) {
      const ours = [...this.#known].filter(([one]) => one.startsWith(`${me.id} `)).slice(-KEPT_MAX);
      keep('rights', JSON.stringify([me.id, ours.map(([one, all]) => [one.slice(me.id.length + 1), [...all]])]));
    }
    return allowed;
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

export const rights = new Rights();
