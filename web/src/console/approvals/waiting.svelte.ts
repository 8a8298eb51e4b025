/** How many requests wait for the one who is signed in: the badge in the side bar. Asked now and then while the page is seen. */
import { api } from '$kit/api';
import { badges } from '$kit/badges.svelte';
import { session } from '$kit/session.svelte';

const EVERY_MS = 30_000;

class Waiting {
  count = $state(0);

  constructor() {
    $effect.root(() => {
      $effect(() => {
        if (session.state !== 'in') return;
        void this.ask();
        const timer = setInterval(() => { if (!document.hidden) void this.ask(); }, EVERY_MS);
        return () => clearInterval(timer);
      });
    });
  }

  async ask(): Promise<void> {
    try {
      const { items } = await api.get('/approvals', { query: { state: 'waiting' }, silent: true, later: true });
      const mine = `person/${session.me?.id}`;
      this.count = items.filter((one) => one.asked_by !== mine).length;
      badges.set('/approvals', this.count);
    } catch {
      // The next time will tell; meanwhile what was counted stays.
    }
  }
}

export const waiting = new Waiting();
