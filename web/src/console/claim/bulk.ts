/** A few are done at once and seen here; many become a job of the server's, which goes on without this page. */
import { api } from '$kit/api';
import { Problem } from '$kit/problem';
import type { Device, Job } from '$api/types';

export const AT_ONCE_MAX = 10;
/** The server takes so many labels with a job. */
export const LABELS_MAX = 1000;
const LIST_PAGE = 500;
const LIST_PAGES_MAX = 40;

export interface Failure {
  device: Device;
  problem: Problem;
}

export async function devicesOf(query: { organization?: string; project?: string; state?: string; model?: string; site?: string }, signal?: AbortSignal): Promise<Device[]> {
  const found: Device[] = [];
  let after: string | null | undefined;
  for (let page = 0; page < LIST_PAGES_MAX; page += 1) {
    const some = await api.get('/devices', { query: { ...query, limit: LIST_PAGE, ...(after ? { after } : {}) }, ...(signal ? { signal } : {}) });
    found.push(...some.items);
    after = some.next;
    if (!after) break;
  }
  return found;
}

/** One after the other; the first that asks for presence asks for all. */
export async function each(devices: Device[], act: (device: Device) => Promise<unknown>, done: (count: number) => void): Promise<Failure[]> {
  const failed: Failure[] = [];
  for (const [index, device] of devices.entries()) {
    try {
      await act(device);
    } catch (thrown) {
      failed.push({ device, problem: Problem.from(thrown) });
    }
    done(index + 1);
  }
  return failed;
}

export const job = (kind: string, devices: Device[], target: Record<string, string>, labels: Map<string, string> = new Map()): Promise<Job> =>
  api.post('/jobs', { body: { kind, devices: devices.map((one) => one.id), ...target, ...(labels.size > 0 ? { labels: Object.fromEntries(labels) } : {}) } });
