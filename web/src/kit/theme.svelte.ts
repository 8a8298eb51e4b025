/** Light, dark, or as the system has it. src/early.js sets it before the first paint. */
import { keep, kept } from './storage';

export type Theme = 'system' | 'light' | 'dark';

const isTheme = (value: string | null): value is Theme => value === 'light' || value === 'dark' || value === 'system';

class ThemeChoice {
  #choice = $state<Theme>('system');

  constructor() {
    const choice = kept('theme');
    if (isTheme(choice)) this.#choice = choice;
  }

  get choice(): Theme {
    return this.#choice;
  }

  set choice(choice: Theme) {
    this.#choice = choice;
    keep('theme', choice === 'system' ? null : choice);
    if (choice === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    // Canvas charts read colours once; they listen for this.
    window.dispatchEvent(new Event('fieldkeep:theme'));
  }
}

export const theme = new ThemeChoice();
