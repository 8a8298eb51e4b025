/** What the server found, in the reader's language. A code that this page does not know yet stays in the server's words. */
import type { HealthCheck, HealthFinding } from '$api/types';
import { bytes, date, number, percent } from '$kit/format';
import { has, t } from '$kit/i18n.svelte';

export interface Said {
  text: string;
  advice: string;
  /** Not in the server's own words, which are English. */
  ours: boolean;
}

export function said(check: HealthCheck): Said[] {
  const found = check.found ?? [];
  return found.length > 0 ? found.map(inWords) : [{ text: check.text, advice: check.advice ?? '', ours: false }];
}

function inWords(one: HealthFinding): Said {
  // What was refused is said by whoever refused it.
  if (!has(`health-found-${one.code}`)) return { text: one.text, advice: one.advice ?? '', ours: false };
  const amount = one.amount ?? 0;
  const parts = { count: amount, size: bytes(amount), ms: number(amount, { maximumFractionDigits: 2 }), share: percent(one.share ?? 0), time: one.at ? date(one.at) : '' };
  return { text: t(`health-found-${one.code}`, parts), advice: one.advice ? t(`health-advice-${one.code}`) : '', ours: true };
}
