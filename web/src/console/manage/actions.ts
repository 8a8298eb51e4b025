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

/** For whoever may not see roles: they can still ask what they may do themselves. */
const KNOWN = [
  'organization.read', 'organization.create', 'organization.disable', 'project.read', 'project.write', 'group.write', 'device.read',
  'device.claim', 'device.install', 'device.suspend', 'device.revoke', 'registry.import', 'telemetry.read', 'telemetry.export',
  'quarantine.read', 'quarantine.release', 'quarantine.destroy', 'key.read', 'key.write', 'person.read', 'person.invite',
  'person.disable', 'person.reset', 'role.read', 'role.grant', 'policy.read', 'policy.write', 'notify.read', 'notify.write', 'glass.break', 'glass.end',
];

/** Every action that some role has, noun by noun: no role has them all, an owner does not break the glass. */
export function everyAction(roles: readonly { actions: string[] }[] | null | undefined): string[] {
  if (!roles) return KNOWN;
  const all = [...new Set(roles.flatMap((one) => one.actions))];
  return [...new Set(all.map(nounOf))].flatMap((noun) => all.filter((action) => nounOf(action) === noun));
}
