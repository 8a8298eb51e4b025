/** The rules of an organization as a form holds them, as the API takes them, and what is different between two. */
import type { OrganizationRules } from '$api/types';
import { duration, number } from '$kit/format';
import { t } from '$kit/i18n.svelte';
import type { Change } from '$ui/Diff.svelte';
import { actionName } from '../manage/names';

export interface Form {
  charsMin: number;
  scoreMin: number;
  passkeys: boolean;
  factors: string[];
  sessionS: number;
  idleS: number;
  networks: string[];
  twoPeople: string[];
}

export const FACTORS = ['totp', 'sms', 'mail'];
export const CHARS = { min: 12, max: 128 };

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const numeric = (value: unknown, fallback: number): number => (typeof value === 'number' ? value : fallback);

/** What is absent has its default, as people.md lists them. */
export function fromRules(rules: OrganizationRules): Form {
  const sign = rules.sign_in ?? {};
  return {
    charsMin: numeric(sign.password_chars_min, CHARS.min),
    scoreMin: numeric(sign.password_score_min, 3),
    passkeys: sign.passkey_required === true,
    factors: sign.second_factors === undefined ? FACTORS : strings(sign.second_factors),
    sessionS: numeric(sign.session_s_max, 43_200),
    idleS: numeric(sign.idle_s_max, 1800),
    networks: strings(sign.networks),
    twoPeople: rules.two_people ?? [],
  };
}

export function toRules(form: Form): OrganizationRules {
  return {
    sign_in: {
      password_chars_min: form.charsMin, password_score_min: form.scoreMin, passkey_required: form.passkeys, second_factors: form.factors,
      session_s_max: form.sessionS, idle_s_max: form.idleS, networks: form.networks,
    },
    two_people: form.twoPeople,
  };
}

/** Each rule in words. */
export function inWords(form: Form): Record<string, string> {
  const list = (items: string[], none: string): string => (items.length === 0 ? none : items.join(', '));
  return {
    passkeys: t(form.passkeys ? 'rules-yes' : 'rules-no'),
    chars: number(form.charsMin),
    score: number(form.scoreMin),
    factors: list(form.factors.map((one) => t(`rules-factor-${one}`)), t('rules-none')),
    session: duration(form.sessionS),
    idle: duration(form.idleS),
    networks: list(form.networks, t('rules-networks-any')),
    two: list(form.twoPeople.map(actionName), t('rules-none')),
  };
}

export function changes(before: Form, after: Form): Change[] {
  const [was, is] = [inWords(before), inWords(after)];
  return Object.keys(was).filter((name) => was[name] !== is[name]).map((name) => ({ name: t(`rules-change-${name}`), before: was[name] ?? null, after: is[name] ?? null }));
}
