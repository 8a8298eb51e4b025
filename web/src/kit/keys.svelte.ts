/**
 * Shortcuts. Single keys can be switched off (WCAG 2.1.4) and never act while somebody types. The newest registration of a key
 * wins, so that a dialog or table on top takes it; `?` lists what holds now.
 */
import { untrack } from 'svelte';
import { keep, kept } from './storage';

export interface Shortcut {
  /** "mod+k" (Ctrl, or Cmd on a Mac), "j", "?", "Escape". */
  key: string;
  /** Id of the message that says what it does; absent: not listed. */
  label?: string;
  run: (event: KeyboardEvent) => void;
  /** Whether it holds just now. */
  when?: () => boolean;
}

class Keys {
  singles = $state(kept('single-keys') !== 'off');
  list = $state.raw<Shortcut[]>([]);

  constructor() {
    addEventListener('keydown', (event) => this.#down(event));
  }

  /** Returns how to take them away again: return it from an $effect. */
  add(...shortcuts: Shortcut[]): () => void {
    // Untracked: the effect that adds must not run again because of what it added.
    this.list = [...untrack(() => this.list), ...shortcuts];
    return () => {
      this.list = untrack(() => this.list).filter((one) => !shortcuts.includes(one));
    };
  }

  setSingles(on: boolean): void {
    this.singles = on;
    keep('single-keys', on ? null : 'off');
  }

  #down(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const mod = event.ctrlKey || event.metaKey;
    const pressed = `${mod ? 'mod+' : ''}${event.key.length === 1 ? event.key.toLowerCase() : event.key}`;
    if (!mod && (typing(event.target) || (event.key.length === 1 && !this.singles))) return;
    // Behind an open dialog nothing moves.
    if (!mod && document.querySelector('dialog[open]') && event.key.length === 1) return;
    const found = this.list.findLast((one) => one.key === pressed && (one.when?.() ?? true));
    if (!found) return;
    event.preventDefault();
    found.run(event);
  }
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
    && !(target instanceof HTMLInputElement && /^(?:checkbox|radio|button)$/.test(target.type)));
}

export const keys = new Keys();

export const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);
