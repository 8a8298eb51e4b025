/**
 * What the one who is signed in may do, asked of the server itself: what they may not do is not offered. It decides nothing;
 * the server asks again at each act. Answers count for a minute, and are kept while the next ones come.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { Explanation } from '$api/types';
import { api } from '$kit/api';
import { directory } from './directory.svelte';
import type { Where } from './scope';

const COUNTS_MS = 60_000;
/** Whoever sees more organizations than these has a role above them, as a rule. */
const ORGANIZATIONS_MAX = 12;

const keyOf = (action: string, where: Where): string =>
  [action, where.organization, where.project, where.group, where.device].map((part) => part ?? '').join(' ');

class Rights {
  #known = new SvelteMap<string, Explanation>();
  #asked = new Map<string, { at: number; answer: Promise<Explanation | null> }>();

  /** Whether they may do it there; presence may still have to be proven. False until the server has answered. */
  may(action: string, where: Where = {}): boolean {
    // The map is read first: this runs where it must depend on the answer.
    const known = this.#known.get(keyOf(action, where));
    void this.explain(action, where);
    return allows(known);
  }

  /** The same, at the deployment or in any of the organizations that they see. */
  somewhere(action: string): boolean {
    if (this.may(action)) return true;
    return (directory.organizations() ?? []).slice(0, ORGANIZATIONS_MAX).some((one) => this.may(action, { organization: one.id }));
  }

  /** As `somewhere`, once it is known: before a list is asked for that would be refused. */
  async anywhere(action: string): Promise<boolean> {
    if (allows(await this.explain(action, {}))) return true;
    const organizations = (await directory.load.organizations()).slice(0, ORGANIZATIONS_MAX);
    const found = await Promise.all(organizations.map((one) => this.explain(action, { organization: one.id })));
    return found.some(allows);
  }

  async there(action: string, where: Where): Promise<boolean> {
    return allows(await this.explain(action, where));
  }

  /** The server's own account of it; null where it cannot be asked. */
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

  async #ask(key: string, action: string, where: Where): Promise<Explanation | null> {
    try {
      const answer = await api.get('/access/explain', { query: { principal: 'me', action, ...where }, silent: true });
      this.#known.set(key, answer);
      return answer;
    } catch {
      this.#asked.delete(key);
      return null;
    }
  }
}

/** `owes` asks for presence or a second person, which comes with the act. */
function allows(answer: Explanation | null | undefined): boolean {
  return answer !== null && answer !== undefined && (answer.allowed || answer.decision === 'owes');
}

export const rights = new Rights();
