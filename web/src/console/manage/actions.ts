/** The actions that ask for a proof of presence; a program's key needs each of them by name. As people.md lists them. */
export const SENSITIVE = new Set([
  'organization.disable', 'device.revoke', 'telemetry.export', 'quarantine.destroy', 'key.write', 'person.disable', 'person.reset',
  'role.grant', 'policy.write', 'glass.break',
]);

/** What stands in no role of an organization's own. */
export const STANDARD_ONLY = new Set(['organization.create', 'organization.disable', 'registry.import', 'glass.break', 'glass.end']);

/** Roles by which people are never known, and those by which programs are. */
export const FOR_PROGRAMS = new Set(['program-reader', 'program-provisioner']);

const nounOf = (action: string): string => action.split('.')[0] ?? '';

/** Every action that some role has, noun by noun: no role has them all, an owner does not break the glass. */
export function everyAction(roles: readonly { actions: string[] }[]): string[] {
  const all = [...new Set(roles.flatMap((one) => one.actions))];
  return [...new Set(all.map(nounOf))].flatMap((noun) => all.filter((action) => nounOf(action) === noun));
}
