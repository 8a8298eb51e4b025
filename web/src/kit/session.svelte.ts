/** Who is signed in. */
import type { Profile } from '$api/types';
import { forgotten } from './ahead';
import { api } from './api';
import { speak } from './i18n.svelte';
import { Problem } from './problem';
import { keep, kept } from './storage';

class Session {
  me = $state.raw<Profile | null>(null);
  /** unknown until the server was asked. */
  state = $state<'unknown' | 'in' | 'out'>('unknown');

  /**
   * Asks the server. Throws only when it cannot be asked. `open`: on a page that needs nobody, a browser in which nobody was
   * signed in asks nothing: its answer would be a refusal.
   */
  async load({ open = false }: { open?: boolean } = {}): Promise<void> {
    if (open && kept('was-in') === null) {
      this.state = 'out';
      return;
    }
    try {
      this.became(await api.get('/me', { silent: true }));
    } catch (thrown) {
      if (Problem.from(thrown).status !== 401) throw thrown;
      // What came with it was refused as well.
      forgotten();
      this.me = null;
      this.state = 'out';
      keep('was-in', null);
    }
  }

  became(me: Profile): void {
    const spoke = this.me?.language;
    this.me = me;
    this.state = 'in';
    if (spoke === undefined) keep('was-in', 'yes');
    if (spoke !== me.language) void speak(me.language);
  }

  async signOut(): Promise<void> {
    await api.post('/sign-out', { silent: true }).catch((thrown: unknown) => {
      if (Problem.from(thrown).status !== 401) throw thrown;
    });
    // Nothing of the last person stays in memory, nor what they may do in this browser.
    keep('rights', null);
    keep('was-in', null);
    location.assign('/sign-in');
  }
}

export const session = new Session();
