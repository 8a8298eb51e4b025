/** The record as a person reads it: days, names in place of ids, and what was before and after. */
import type { RecordedAct } from '$api/types';
import { api } from '$kit/api';
import { dateTime } from '$kit/format';
import { has, t, word } from '$kit/i18n.svelte';
import type { Change } from '$ui/Diff.svelte';
import { brief, deviceNameKnown, personName, siteName } from '../common/names.svelte';
import { place } from '../common/place.svelte';

export const PAGE = 200;

/** `what` each verb's object is. Others are shown by their id. */
const OBJECTS: Record<string, 'device' | 'person' | 'organization' | 'project' | 'site' | 'held'> = {
  'device.key': 'device', 'quarantine.release': 'held', 'quarantine.destroy': 'held', 'site.create': 'site',
};

export interface Day {
  key: string;
  /** Its first moment that is shown. */
  at: string;
  acts: RecordedAct[];
}

export function days(acts: RecordedAct[]): Day[] {
  const found: Day[] = [];
  for (const act of acts) {
    const key = new Date(act.at).toDateString();
    const last = found.at(-1);
    if (last?.key === key) last.acts.push(act);
    else found.push({ key, at: act.at, acts: [act] });
  }
  return found;
}

export const doerText = (act: RecordedAct): string => {
  const { kind, id, name } = act.doer;
  if (name) return name;
  if (kind === 'server' || !id) return t('record-server');
  return kind === 'device' ? deviceNameKnown(id) : kind === 'person' ? personName(id) : brief(id);
};

export const doerKey = (act: RecordedAct): string => (act.doer.id ? `${act.doer.kind}/${act.doer.id}` : act.doer.kind);

export interface Shown {
  text: string;
  href?: string;
}

export function objectOf(act: RecordedAct): Shown {
  const id = act.object;
  const kind = OBJECTS[act.verb] ?? act.verb.split('.')[0];
  if (act.verb === 'device.key' && act.doer.id) return { text: deviceNameKnown(act.doer.id), href: `/devices/${act.doer.id}` };
  if (kind === 'device' && id.length === 36) return { text: deviceNameKnown(id), href: `/devices/${id}` };
  if (kind === 'held') return { text: brief(id), href: `/quarantine/${id}` };
  if (kind === 'certificate' && typeof act.detail?.device === 'string') return { text: deviceNameKnown(act.detail.device), href: `/devices/${act.detail.device}` };
  if (kind === 'person' && typeof act.detail?.address === 'string') return { text: act.detail.address };
  if (typeof act.detail?.name === 'string') return { text: act.detail.name };
  if (kind === 'person') return { text: personName(id) };
  return { text: named(id) };
}

/** A name for an id wherever one is known. */
export function named(id: string): string {
  const found = [...place.projects, ...place.organizations].find((one) => one.id === id)?.name ?? siteName(id);
  return found === '' ? id : found;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isId = (text: string): boolean => /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(text);

/** Members whose values are names of the server's, and where their words stand. */
const WORDS: Record<string, string> = {
  action: 'manage-action', actions: 'manage-action', rights: 'manage-action', forbid: 'manage-action', two_people: 'manage-action', role: 'manage-role',
  method: 'account-method', factors: 'account-factor', factor: 'people-lost', kinds: 'messages-kind', kind: 'jobs-kind', state: 'device-life',
};
const isTime = (text: string): boolean => /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text);

/** `member`: what it is the value of, when its words should be looked for. */
export function valueText(value: unknown, member = ''): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return member === '' ? String(value) : t(value ? 'device-yes' : 'device-no');
  if (typeof value === 'string') {
    if (isId(value)) return named(value);
    if (member !== '' && isTime(value)) return dateTime(value);
    return WORDS[member] ? word(WORDS[member], value) : value;
  }
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.map((one) => valueText(one, member)).join(', ') || null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** `metrics.t_supply.range` in words: each part that has some; names of signals have none. `to` in a content is whom, else when. */
function memberText(path: string): string {
  return path.replace('content.to', 'content-to').split('.').map((part) => {
    const id = `record-member-${part.replaceAll('_', '-')}`;
    return has(id) ? t(id) : part;
  }).join(' · ');
}

/** Leaves of an object by their path: `metrics.temperature.range`. */
function flat(value: unknown, path: string, into: Map<string, string | null>, own: string): void {
  if (isRecord(value) && Object.keys(value).length > 0) {
    for (const [name, one] of Object.entries(value)) flat(one, path === '' ? name : `${path}.${name}`, into, own);
  } else into.set(path, valueText(value, path === '' ? own : (path.split('.').at(-1) ?? '')));
}

/** What is before and after where they are no objects: the life of a device, what a role gives. */
const OWN: Record<string, string> = { device: 'state', role: 'actions' };

export function changes(act: RecordedAct): Change[] {
  const detail = act.detail;
  if (!detail || !('before' in detail || 'after' in detail)) return [];
  const before = new Map<string, string | null>();
  const after = new Map<string, string | null>();
  const own = act.verb === 'device.arrange' ? 'group' : OWN[act.verb.split('.')[0] ?? ''] ?? 'what';
  flat(detail.before, '', before, own);
  flat(detail.after, '', after, own);
  if (before.get('') === null && after.size > 1) before.delete('');
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({ name: memberText(name === '' ? own : name), before: before.get(name) ?? null, after: after.get(name) ?? null }))
    .filter((one) => one.before !== one.after);
}

/** What else the act says. */
export function others(act: RecordedAct): { key: string; label: string; text: string }[] {
  const found = new Map<string, string | null>();
  for (const [name, value] of Object.entries(act.detail ?? {})) if (name !== 'before' && name !== 'after') flat(value, name, found, '');
  return [...found].flatMap(([name, text]) => (text === null ? [] : [{ key: name, label: memberText(name), text }]));
}

/**
 * The index below which everything is older than `until` (ms). The record is asked by index, not by time, so the place of a
 * time is looked for by halves: some twenty questions for a million acts.
 */
export async function indexAt(until: number, query: Record<string, string>, signal: AbortSignal): Promise<string | null> {
  const newest = async (before?: number) =>
    (await api.get('/acts', { query: { ...query, limit: 1, ...(before === undefined ? {} : { before: String(before) }) }, signal })).items[0];
  const first = await newest();
  if (!first || Date.parse(first.at) < until) return null;
  let low = 0;
  let high = first.index + 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const found = await newest(middle);
    if (!found || Date.parse(found.at) < until) low = middle;
    else high = Math.max(low + 1, found.index + 1);
  }
  return String(low);
}
