/** Ids and machine names in words. Everything here is reactive through the directory and the language. */
import { has, t, word } from '$kit/i18n.svelte';
import { session } from '$kit/session.svelte';
import { directory } from './directory.svelte';
import type { Where } from '$kit/rights.svelte';

const short = (id: string): string => (id.length > 13 ? `${id.slice(0, 6)}…${id.slice(-4)}` : id);

export const organizationName = (id: string | null | undefined): string =>
  (id ? (directory.organizations()?.find((one) => one.id === id)?.name ?? short(id)) : t('manage-deployment'));

export function projectName(id: string): string {
  for (const organization of directory.organizations() ?? []) {
    const found = directory.projects(organization.id)?.find((one) => one.id === id);
    if (found) return found.name;
  }
  return short(id);
}

/** "Demo Company", "Pilot plant", "Group North". The project of a group or device says where to look for its name. */
export function whereName(where: Where): string {
  const { organization, project, group, device } = where;
  if (device) {
    const found = project ? directory.devices(project)?.find((one) => one.id === device) : undefined;
    return t('manage-device-named', { name: found?.serial ?? short(device) });
  }
  if (group) {
    const found = project ? directory.groups(project)?.find((one) => one.id === group) : undefined;
    return t('manage-group-named', { name: found?.name ?? short(group) });
  }
  if (project) return projectName(project);
  return organizationName(organization);
}

/** What kind of part it is: deployment, organization, project, group or device. */
export const whereKind = (where: Where): string =>
  (where.device ? 'device' : where.group ? 'group' : where.project ? 'project' : where.organization ? 'organization' : 'deployment');

/** A role by its name; those of an organization's own are known by their id. */
export function roleName(role: string, organization?: string | null): string {
  const id = `manage-role-${role}`;
  if (has(id)) return t(id);
  return directory.roles(organization)?.find((one) => one.role === role)?.name ?? short(role);
}

export const roleWhy = (role: string): string | null => (has(`manage-why-${role}`) ? t(`manage-why-${role}`) : null);

export const actionName = (action: string): string => word('manage-action', action);

/** "person/…", "key/…", "server": whoever did or asked something. `inside` a sentence, or as a name by itself. */
export function doerName(doer: string, inside = false): string {
  const [kind, id = ''] = doer.split('/');
  // Oneself, whoever else may be seen.
  if (kind === 'person' && id === session.me?.id) return session.me.name;
  if (kind === 'person') return directory.people()?.find((one) => one.id === id)?.name ?? short(id);
  if (kind === 'key') return t(inside ? 'manage-key-inline' : 'manage-key-named', { name: directory.keys()?.find((one) => one.id === id)?.name ?? short(id) });
  return word('manage-doer', doer);
}

/** Actions by their noun, in the server's order: what a matrix, a list and a picker show. */
export function byNoun(actions: readonly string[]): { noun: string; actions: string[] }[] {
  const found = new Map<string, string[]>();
  for (const action of actions) {
    const noun = action.split('.')[0] ?? '';
    found.set(noun, [...(found.get(noun) ?? []), action]);
  }
  return [...found].map(([noun, list]) => ({ noun, actions: list }));
}

export const nounName = (noun: string): string => word('manage-noun', noun);
