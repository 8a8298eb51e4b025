/** Short words on what was done, said to screen readers too (WCAG 4.1.3). Errors that need reading belong in an ErrorNote. */
export interface Toast {
  id: number;
  text: string;
  kind: 'done' | 'failed';
  action?: { label: string; run: () => void };
}

const SHOWN_MS = 6000;
const MAX = 3;
/** What changes by itself is said no more often than this. */
const CALM_MS = 15_000;
let last = 0;

class Toasts {
  list = $state.raw<Toast[]>([]);
  /** What the polite live region says. */
  said = $state('');

  done(text: string, action?: Toast['action']): void {
    this.#show({ id: ++last, text, kind: 'done', ...(action ? { action } : {}) });
  }

  failed(text: string): void {
    this.#show({ id: ++last, text, kind: 'failed' });
  }

  /** Says something without showing it: results of a filter, a sort. */
  say(text: string): void {
    // The same words twice are a change only when something lay between.
    this.said = '';
    setTimeout(() => {
      this.said = text;
    }, 50);
  }

  /**
   * Says what changes by itself: the newest of it, and rarely, since whoever listens has other things to hear. `words` is
   * asked when it is said. Returns how to stop.
   */
  calmly(words: () => string): { changed: () => void; stop: () => void } {
    let timer: ReturnType<typeof setTimeout> | undefined;
    return {
      changed: () => {
        timer ??= setTimeout(() => {
          timer = undefined;
          if (!document.hidden) this.say(words());
        }, CALM_MS);
      },
      stop: () => clearTimeout(timer),
    };
  }

  close(id: number): void {
    this.list = this.list.filter((one) => one.id !== id);
  }

  #show(toast: Toast): void {
    this.list = [...this.list, toast].slice(-MAX);
    this.say(toast.text);
    // With something to press it stays until it is pressed or closed (WCAG 2.2.1).
    if (!toast.action) setTimeout(() => this.close(toast.id), SHOWN_MS);
  }
}

export const toasts = new Toasts();
