/** What `fieldkeep-agent run --sensors` sends, as a project declares it. What is not declared would be held back. */
import type { MetricDeclaration } from '$api/types';

export const SENSORS: Record<string, MetricDeclaration> = {
  cpu_utilisation: { unit: '%' },
  disk_used: { unit: 'B' },
  disk_utilisation: { unit: '%' },
  load_1: {},
  memory_used: { unit: 'B' },
  memory_utilisation: { unit: '%' },
  net_received: { unit: 'B/s' },
  net_sent: { unit: 'B/s' },
  temperature: { unit: 'Cel', range: [-40, 125] },
};
