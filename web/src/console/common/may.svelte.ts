/** What I may do where, asked of the server once per page: what nobody may do is not offered. */
import { SvelteMap } from 'svelte/reactivity';
import { api } from '$kit/api';

export interface Where {
  organization?: string | undefined;
  project?: string | undefined;
  device?: string | undefined;
}

const known = new SvelteMap<string, boolean>();
const asked = new Set<string>();
/** Asked for when it is done, so no reason to hide it. */
const LATER = ['step-up', 'second-person'];

async function ask(key: string, action: string, where: Where): Promise<void> {
  try {
    const found = await api.get('/access/explain', { query: { principal: 'me', action, ...where }, silent: true });
    known.set(key, found.allowed || LATER.includes(found.needs ?? ''));
  } catch {
    // Not known yet, or not there: the act itself will say.
    asked.delete(key);
  }
}

/** false until it is known. Reactive. */
export function may(action: string, where: Where = {}): boolean {
  const key = JSON.stringify([action, where.organization, where.project, where.device]);
  if (!asked.has(key)) {
    asked.add(key);
    void ask(key, action, where);
  }
  return known.get(key) ?? false;
}
