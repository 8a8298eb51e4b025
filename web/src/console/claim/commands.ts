/** What to type at a device, exactly. The bundle is the folder that the factory made for it. */
import type { Setup } from '$api/types';

/** The serial number of the first device that a factory of one's own makes. */
const HERE = 'PC-000001';
const DATA = '/var/lib/fieldkeep-agent';

/** The program, as it is called on that server. */
const agentOf = (setup?: Setup): string => setup?.agent.command ?? 'fieldkeep-agent';

export function commands(serial: string, setup?: Setup): string[] {
  const agent = agentOf(setup);
  return [`${agent} enroll --bundle ./${serial} --data ${DATA} --wait 600`, `${agent} run --data ${DATA} --sensors --period 10`];
}

/** From nothing to a device, on the machine where the server runs: factory, registry, agent. */
export const hereCommands = (ownerKey: string, setup?: Setup): string[] => [
  'ORDER=$(fieldkeep factory order --dir factory --maker "Own" --model PC --count 1 --serial-prefix PC- --json | grep -o \'"order": *"[^"]*"\' | cut -d\'"\' -f4)',
  `fieldkeep factory make --dir factory --order "$ORDER" --ca fieldkeep-data/root.pem --url ${setup?.agent.server ?? 'https://DEVICES-NAME:PORT'}`,
  `fieldkeep factory assign --dir factory --order "$ORDER" --owner "${ownerKey}"`,
  'fieldkeep registry import "factory/orders/$ORDER.registry.json"',
  `${agentOf(setup)} enroll --bundle factory/devices/${HERE} --data ./agent --wait 600`,
  `${agentOf(setup)} run --data ./agent --sensors --period 5`,
];

/** Where the console is reached from other machines, without its last slash; null where that name is this machine's alone. */
export function outside(address: string | undefined): string | null {
  if (!address || !URL.canParse(address)) return null;
  const { hostname, origin } = new URL(address);
  return /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname) ? null : origin;
}
