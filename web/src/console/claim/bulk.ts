/** A few are done at once and seen here; many become a job of the server's, which goes on without this page. */
import { api } from '$kit/api';
import { Problem } from '$kit/problem';
import type { Device, Job } from '$api/types';

export const AT_ONCE_MAX = 10;
/** The server takes so many labels with a job. */
export const LABELS_MAX = 1000;
const LIST_PAGE = 500;
const LIST_PAGES_MAX = 40;
/** Lines that are asked about one by one, and how many devices may hold such a text in their names. */
export const LOOKED_UP_MAX = 200;
const LOOKED_AT = 50;

export interface Failure {
  device: Device;
  problem: Problem;
}

export interface Found {
  devices: Device[];
  /** There are more: so many are held at once, and whoever shows them says so. */
  cut: boolean;
}

/** Devices page by page, up to what a page holds at once. */
export async function devicesOf(query: { organization?: string; project?: string; state?: string }, signal?: AbortSignal): Promise<Found> {
  const devices: Device[] = [];
  let after: string | null | undefined;
  for (let page = 0; page < LIST_PAGES_MAX; page += 1) {
    const some = await api.get('/devices', { query: { ...query, limit: LIST_PAGE, ...(after ? { after } : {}) }, ...(signal ? { signal } : {}) });
    devices.push(...some.items);
    after = some.next;
    if (!after) return { devices, cut: false };
  }
  return { devices, cut: true };
}

/** One page of devices, for those who need a few of them. */
export async function someDevices(query: { organization?: string; project?: string; state?: string; model?: string; q?: string; limit: number }, signal?: AbortSignal): Promise<Device[]> {
  return (await api.get('/devices', { query, ...(signal ? { signal } : {}) })).items;
}

/** What each serial or id names, asked of the server: where there are more devices than are held here. */
export async function lookUp(texts: string[]): Promise<Map<string, Device[]>> {
  const found = new Map<string, Device[]>();
  for (const text of texts) {
    const some = (await api.get('/devices', { query: { q: text, limit: LOOKED_AT } })).items;
    found.set(text, some.filter((one) => one.serial.toLowerCase() === text.toLowerCase() || one.id === text.toLowerCase()));
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
