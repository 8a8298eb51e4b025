/** What somebody is asked to agree to, as lines that can be read. What has no form of its own yet is shown member by member. */
import type { NewRole } from '$api/types';
import { date } from '$kit/format';
import { t, word } from '$kit/i18n.svelte';
import { actionName, doerName, organizationName, roleName, whereName } from '../manage/names';
import type { Where } from '$kit/rights.svelte';
import { fromRules, inWords } from '../rules/form';

export interface Fact {
  name: string;
  text: string;
  /** Text as it was written: Cedar. */
  code?: boolean;
}

type Json = Record<string, unknown>;
const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function roleText(role: NewRole, at: Where): string {
  const where = role.organization ?? role.project ?? role.group ?? role.device ? role : at;
  const until = role.expires_at ? ` ${t('manage-until')} ${date(role.expires_at)}` : '';
  return `${roleName(role.role, where.organization)} · ${whereName(where)}${until}`;
}

function recipient(to: unknown): string {
  if (typeof to === 'string') return /^(?:person|key)\//.test(to) || !to.includes('@') ? doerName(to.includes('/') ? to : `person/${to}`) : to;
  if (!isJson(to)) return '';
  return Object.values(to).filter((one): one is string => typeof one === 'string').map(recipient).join(', ');
}

/** `at` is where the request as a whole is: what names no part of its own is meant there. */
export function facts(content: unknown, at: Where): Fact[] {
  if (!isJson(content)) return [];
  const found: Fact[] = [];
  for (const [name, value] of Object.entries(content)) found.push(...fact(name, value, at));
  return found;
}

function fact(name: string, value: unknown, at: Where): Fact[] {
  const label = word('approvals-content', name.replaceAll('_', '-'));
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return [];
  switch (name) {
    case 'to': return [{ name: label, text: recipient(value) }];
    case 'roles': return Array.isArray(value) ? (value as NewRole[]).map((role) => ({ name: t('approvals-content-role'), text: roleText(role, at) })) : [];
    case 'rules': return Object.entries(inWords(fromRules(value))).map(([rule, text]) => ({ name: t(`rules-change-${rule}`), text }));
    case 'actions':
    case 'rights':
    case 'forbid': return [{ name: label, text: strings(value).map(actionName).join(', ') }];
    case 'cedar': return [{ name: label, text: String(value), code: true }];
    case 'organization': return [{ name: label, text: organizationName(String(value)) }];
    case 'project':
    case 'group':
    case 'device': return [{ name: label, text: whereName({ [name]: String(value) }) }];
    case 'expires_at': return [{ name: label, text: date(String(value)) }];
    case 'role': if (typeof value === 'string') return [{ name: label, text: roleName(value) }];
  }
  if (isJson(value)) return facts(value, at);
  return [{ name: label, text: Array.isArray(value) ? value.map((one) => (isJson(one) ? JSON.stringify(one) : String(one))).join(', ') : String(value) }];
}
