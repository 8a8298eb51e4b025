/** Who is signed in. */
import type { Profile } from '$api/types';
import { api } from './api';
import { speak } from './i18n.svelte';
import { Problem } from './problem';
import { keep } from './storage';

class Session {
  me = $state.raw<Profile | null>(null);
  /** unknown until the server was asked. */
  state = $state<'unknown' | 'in' | 'out'>('unknown');

  /** Asks the server. Throws only when it cannot be asked. */
  async load(): Promise<void> {
    try {
      this.became(await api.get('/me', { silent: true }));
    } catch (thrown) {
      if (Problem.from(thrown).status !== 401) throw thrown;
      this.me = null;
      this.state = 'out';
    }
  }

  became(me: Profile): void {
    const spoke = this.me?.language;
    this.me = me;
    this.state = 'in';
    if (spoke !== me.language) void speak(me.language);
  }

  async signOut(): Promise<void> {
    await api.post('/sign-out', { silent: true }).catch((thrown: unknown) => {
      if (Problem.from(thrown).status !== 401) throw thrown;
    });
    // Nothing of the last person stays in memory, nor what they may do in this browser.
    keep('rights', null);
    location.assign('/sign-in');
  }
}

export const session = new Session();
