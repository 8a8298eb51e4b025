/** Every action, for whoever may not see roles: they can still ask what they may do themselves. As people.md lists them. */
export const ACTIONS = [
  'organization.read', 'organization.create', 'organization.disable', 'project.read', 'project.write', 'group.write', 'device.read',
  'device.claim', 'device.install', 'device.suspend', 'device.revoke', 'registry.import', 'telemetry.read', 'telemetry.export',
  'quarantine.read', 'quarantine.release', 'quarantine.destroy', 'key.read', 'key.write', 'person.read', 'person.invite',
  'person.disable', 'person.reset', 'role.read', 'role.grant', 'policy.read', 'policy.write', 'notify.read', 'notify.write', 'glass.break', 'glass.end',
];
