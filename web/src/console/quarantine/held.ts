/** What the screens of quarantine share: loading, deciding, and what a reason asks of a person. */
import type { Held } from '$api/types';
import { api } from '$kit/api';
import { Problem } from '$kit/problem';

export const STATES = ['held', 'released', 'destroyed'] as const;
export type Decision = 'release' | 'destroy';

const PAGE = 500;
const HELD_MAX = 5000;
const AT_ONCE = 4;

/** A copied key or a restored image: two histories cannot both be let in. */
export const canRelease = (held: Held): boolean => held.state === 'held' && !held.reasons.includes('fork');

/** All of a project in one state, newest first, up to a bound that a person can work through. */
export async function heldOf(project: string, state: string, signal?: AbortSignal): Promise<Held[]> {
  const found: Held[] = [];
  let after: string | null | undefined;
  do {
    const page = await api.get('/projects/{project}/quarantine', {
      params: { project }, query: { state, limit: PAGE, ...(after ? { after } : {}) }, ...(signal ? { signal } : {}),
    });
    found.push(...page.items);
    after = page.next;
  } while (after && found.length < HELD_MAX);
  return found;
}

export async function decide(held: string, decision: Decision, reason: string): Promise<void> {
  const wish = { params: { held }, body: { reason } };
  if (decision === 'release') await api.post('/quarantine/{held}/release', wish);
  else await api.post('/quarantine/{held}/destroy', wish);
}

/** What came of deciding: what failed, with why, and what somebody else had decided first. */
export interface Outcome {
  failed: { held: Held; problem: Problem }[];
  overtaken: Held[];
}

/** Decides many, a few at once. Stops at nothing. */
export async function decideAll(
  list: Held[], decision: Decision, reason: string, done: (count: number) => void,
): Promise<Outcome> {
  const failed: Outcome['failed'] = [];
  const overtaken: Held[] = [];
  const waiting = [...list];
  let count = 0;
  const one = async (): Promise<void> => {
    for (let held = waiting.shift(); held; held = waiting.shift()) {
      try {
        await decide(held.id, decision, reason);
      } catch (thrown) {
        const problem = Problem.from(thrown);
        // Decided by somebody else meanwhile: nothing is left to do, and nothing was done.
        if (problem.status === 409) overtaken.push(held);
        else failed.push({ held, problem });
        // The first 403 would be the same for all: ask and be refused once, not a hundred times.
        if (problem.status === 403) waiting.length = 0;
      }
      done((count += 1));
    }
  };
  // Presence is asked for by the first alone.
  const first = waiting.shift();
  if (first) {
    waiting.unshift(first);
    const rest = waiting.splice(1);
    await one();
    if (failed.length === 0 || failed[0]?.problem.status !== 403) {
      waiting.push(...rest);
      await Promise.all(Array.from({ length: AT_ONCE }, one));
    }
  }
  return { failed, overtaken };
}
