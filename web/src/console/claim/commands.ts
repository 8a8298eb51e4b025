/** What to type at a device, exactly. The bundle is the folder that the factory made for it. */
import type { Setup } from '../common/contract';

const DATA = '/var/lib/fieldkeep-agent';

export function commands(serial: string, setup?: Setup): string[] {
  const agent = setup?.agent.command ? (setup.agent.command.split(/\s+/)[0] ?? 'fieldkeep-agent') : 'fieldkeep-agent';
  return [`${agent} enroll --bundle ./${serial} --data ${DATA} --wait 600`, `${agent} run --data ${DATA} --sensors --period 10`];
}

