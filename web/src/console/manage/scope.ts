import { serverNow } from '$kit/clock.svelte';
import type { Where } from '$kit/rights.svelte';

/** Only the members that say something: what the API takes, and all that a comparison looks at. */
export function part(where: Where): { organization?: string; project?: string; group?: string; device?: string } {
  const { organization, project, group, device } = where;
  return {
    ...(organization && !project ? { organization } : {}),
    ...(project && !group && !device ? { project } : {}),
    ...(group && !device ? { group } : {}),
    ...(device ? { device } : {}),
  };
}

/** Whether what holds at `outer` holds at `inner`. Groups above a group are not known here, so they count as apart. */
export function covers(outer: Where, inner: Where): boolean {
  if (outer.device) return outer.device === inner.device;
  if (outer.group) return outer.group === inner.group;
  if (outer.project) return outer.project === inner.project;
  if (outer.organization) return outer.organization === inner.organization;
  return true;
}

export const isOver = (at: string | null | undefined): boolean => at !== null && at !== undefined && new Date(at).getTime() <= serverNow();

/** The end of a day that somebody chose, as the API takes it; a date names the whole day. */
export const endOfDay = (day: string): string | null => (day === '' ? null : new Date(`${day}T23:59:59`).toISOString());

export const tomorrow = (): string => new Date(serverNow() + 86_400_000).toISOString().slice(0, 10);
