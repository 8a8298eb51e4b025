/** What to type at a device, exactly. The bundle is the folder that the factory made for it. */
import type { Setup } from '../common/contract';

const DATA = '/var/lib/fieldkeep-agent';

export function commands(serial: string, setup?: Setup): string[] {
  const agent = setup?.agent.command ? (setup.agent.command.split(/\s+/)[0] ?? 'fieldkeep-agent') : 'fieldkeep-agent';
  return [`${agent} enroll --bundle ./${serial} --data ${DATA} --wait 600`, `${agent} run --data ${DATA} --sensors --period 10`];
}


/** From nothing to a device, on the machine where the server runs: factory, registry, agent. */
export const hereCommands = (server: string | undefined, ownerKey: string): string[] => [
  'ORDER=$(fieldkeep factory order --dir factory --maker "Own" --model PC --count 1 --serial-prefix PC- --json | grep -o \'"order": *"[^"]*"\' | cut -d\'"\' -f4)',
  `fieldkeep factory make --dir factory --order "$ORDER" --ca fieldkeep-data/root.pem --url ${server ?? 'https://DEVICES-NAME:PORT'}`,
  `fieldkeep factory assign --dir factory --order "$ORDER" --owner "${ownerKey}"`,
  'fieldkeep registry import "factory/orders/$ORDER.registry.json"',
  'fieldkeep-agent enroll --bundle factory/devices/PC-000001 --data ./agent --wait 600',
  'fieldkeep-agent run --data ./agent --sensors --period 5',
];
