/**
 * Words, by Fluent. `t(id, {name})` is reactive: it changes with the language. Catalogues stand beside what they are for,
 * NOUN.en.ftl and NOUN.es.ftl; the check fails when an id is missing in one of them or used by nobody.
 */
import { FluentBundle, type FluentVariable } from '@fluent/bundle';

export const LANGUAGES = { en: 'English', es: 'Español' } as const;
export type Language = keyof typeof LANGUAGES;

const LOAD = {
  en: () => import('virtual:messages/en'),
  es: () => import('virtual:messages/es'),
} satisfies Record<Language, () => Promise<unknown>>;

type Patterns = Awaited<ReturnType<(typeof LOAD)[Language]>>['default'];

let bundle = $state.raw<FluentBundle>(new FluentBundle('en'));
/** Beside the bundle and not in it: they refer to nothing, and putting nearly two thousand in takes longer than what a page says. */
let patterns = $state.raw<Patterns>({});
let current = $state<Language>('en');
let locale = $state('en');
let asked = 0;

/** The language of ours that suits best: what was asked for (BCP 47), then the browser's. */
export function suited(...wishes: (string | null | undefined)[]): { language: Language; locale: string } {
  for (const wish of [...wishes, ...navigator.languages]) {
    const language = wish?.toLowerCase().split('-')[0];
    if (wish && (language === 'en' || language === 'es')) return { language, locale: wish };
  }
  return { language: 'en', locale: 'en' };
}

/** Speaks a language from now on. Its region decides how numbers and dates are written. */
export async function speak(wish?: string | null): Promise<void> {
  const { language, locale: wished } = suited(wish);
  // "es" of a profile says nothing of the region; the browser may.
  const regional = navigator.languages.find((one) => one.toLowerCase().startsWith(`${language}-`));
  const mine = ++asked;
  const { default: words } = await LOAD[language]();
  // Another language was asked for since.
  if (mine !== asked) return;
  patterns = words;
  bundle = new FluentBundle(wished.includes('-') ? wished : (regional ?? wished), { useIsolating: false });
  current = language;
  locale = bundle.locales[0] ?? language;
  document.documentElement.lang = language;
}

export function t(id: string, args?: Record<string, FluentVariable>): string {
  const pattern = patterns[id];
  if (pattern === undefined) return id;
  const errors: Error[] = [];
  const text = bundle.formatPattern(pattern, args ?? null, errors);
  if (errors.length > 0) console.error(`message ${id}`, errors);
  return text;
}

/** Whether there are words for it: for names that the server may add to, as actions or states. */
export function has(id: string): boolean {
  return Object.hasOwn(patterns, id);
}

/** Words for a name of the server's; the name itself where there are none yet. */
export function word(prefix: string, name: string): string {
  const id = `${prefix}-${name.replaceAll('.', '-')}`;
  return has(id) ? t(id) : name;
}

export function language(): Language {
  return current;
}

/** The locale for Intl, reactive. */
export function intlLocale(): string {
  return locale;
}
