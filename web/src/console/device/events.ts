/** What happened to a device, newest first: acts of the record and batches that were held back, in one line of time. */
import type { Held } from '$api/types';
import { api, send } from '$kit/api';
import { t, word } from '$kit/i18n.svelte';
import { Problem } from '$kit/problem';
import type { IconName } from '$ui/icons';
import { mayThere } from './rights';

export interface Act {
  index: number;
  id: string;
  at: string;
  doer: { kind: string; id?: string | null; name?: string | null };
  verb: string;
  object: string;
  project?: string | null;
  detail?: Record<string, unknown> | null;
}

export interface Happening {
  key: string;
  at: string;
  icon: IconName;
  title: string;
  /** Who, why. */
  note: string;
  /** Of an act. */
  verb?: string;
  href?: string;
  state?: string;
}

export interface Found {
  items: Happening[];
  /** Goes into `before` for older acts. */
  next: number | string | null;
  /** This person may not read the record. */
  closed: boolean;
}

interface Acts { items: Act[]; next?: number | string | null }

export async function happenings(device: { id: string; project?: string | null | undefined }, limit: number, signal: AbortSignal, before?: number | string | null): Promise<Found> {
  const { id, project } = device;
  const acts = (query: Record<string, unknown>): Promise<Acts | null> => send<Acts>('GET', '/acts', { query: { limit, ...query }, signal, silent: true }).catch(refused);
  // What would be refused is not asked for.
  const [mayRecord, mayHeld] = await Promise.all([
    mayThere('record.read', device),
    before ? false : mayThere('quarantine.read', device),
  ]);
  const [onIt, byIt, held] = await Promise.all([
    mayRecord ? acts({ object: id, before }) : null,
    // Its certificates and keys: what it did itself. Older ones come with nothing to page by, and are few.
    before || !mayRecord ? null : acts({ doer: `device/${id}` }),
    project && mayHeld ? api.get('/projects/{project}/quarantine', { params: { project }, query: { device: id, limit }, signal, silent: true }).then((one) => one.items, refused) : [],
  ]);
  const all = new Map([...(onIt?.items ?? []), ...(byIt?.items ?? [])].map((one) => [one.index, one]));
  return {
    items: [...[...all.values()].map(fromAct), ...(held ?? []).map(fromHeld)].sort((a, b) => b.at.localeCompare(a.at)),
    next: onIt?.next ?? null,
    closed: onIt === null,
  };
}

/** Not offered by this server, or not for this person: the rest is shown. */
function refused(thrown: unknown): null {
  const problem = Problem.from(thrown);
  if (problem.status === 403 || problem.status === 404) return null;
  throw problem;
}

const ICONS: Record<string, IconName> = {
  'device.install': 'map-pin', 'device.suspend': 'pause', 'device.resume': 'play', 'device.revoke': 'ban', 'device.retire': 'archive', 'device.claim': 'send',
  'device.claimed': 'check', 'device.arrange': 'layers', 'device.key': 'key-round', 'certificate.issue': 'shield-check', 'certificate.use': 'shield-check', 'certificate.revoke': 'ban',
};

/** Of the device where it has words for that; else as the record says it. */
function verb(name: string): string {
  const own = word('device-verb', name);
  return own === name ? word('record-verb', name) : own;
}

function fromAct(act: Act): Happening {
  const reason = typeof act.detail?.reason === 'string' ? act.detail.reason : '';
  const who = act.doer.name ?? word('device-doer', act.doer.kind);
  return {
    key: `act${act.index}`, at: act.at, icon: ICONS[act.verb] ?? 'scroll-text', title: verb(act.verb), verb: act.verb,
    note: [who, reason].filter((one) => one !== '').join(' · '),
  };
}

function fromHeld(held: Held): Happening {
  return {
    key: held.id, at: held.held_at, icon: 'shield-alert', title: t('device-held', { count: held.readings }),
    note: held.reasons.map((one) => word('device-reason', one)).join(', '), href: `/quarantine/${held.id}`, state: held.state,
  };
}
