/** The number beside Quarantine in the side bar: what waits for a decision in the project that is shown. */
import { api } from '$kit/api';
import { badges } from '$kit/badges.svelte';
import { live } from '$kit/live.svelte';
import { session } from '$kit/session.svelte';
import { place } from '../common/place.svelte';
import { rights } from '$kit/rights.svelte';

const REST_MS = 1500;
const PAGE = 500;
const PAGES_MAX = 20;

async function count(project: string): Promise<number> {
  if (!(await rights.there('quarantine.read', { project }))) return 0;
  let all = 0;
  let after: string | null | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const held = await api.get('/projects/{project}/quarantine', { params: { project }, query: { limit: PAGE, ...(after ? { after } : {}) }, silent: true });
    all += held.items.length;
    after = held.next;
    if (!after) break;
  }
  return all;
}

export function countHeld(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = (project: string): void => {
    clearTimeout(timer);
    // Whoever may not see what is held sees no number.
    timer = setTimeout(() => void count(project).then((held) => badges.set('/quarantine', held), () => badges.set('/quarantine', 0)), REST_MS);
  };
  $effect.root(() => {
    $effect(() => {
      const project = place.project?.id;
      if (session.state !== 'in' || project === undefined) return;
      look(project);
      const off = [live.on('held', () => look(project)), live.on('decided', () => look(project)), live.on('behind', () => look(project))];
      return () => {
        clearTimeout(timer);
        for (const stop of off) stop();
      };
    });
  });
}
