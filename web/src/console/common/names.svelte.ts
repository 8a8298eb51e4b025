/** Names behind ids: devices by their serial, sites and people by name. Asked for once per page and id. */
import { SvelteMap } from 'svelte/reactivity';
import type { Device } from '$api/types';
import { api } from '$kit/api';

const devices = new SvelteMap<string, Device>();
const people = new SvelteMap<string, string>();
const sites = new SvelteMap<string, string>();
const asked = new Set<string>();
const PAGE = 500;
const FIRST_MAX = 2000;

function once(key: string, ask: () => Promise<void>): void {
  if (asked.has(key)) return;
  asked.add(key);
  // Who may not see a name sees the id: nothing to report.
  void ask().catch(() => undefined);
}

export const brief = (id: string): string => (id.length > 13 ? id.slice(0, 8) : id);

/** Takes in what a screen loaded anyway. */
export function learn(found: Device[]): void {
  for (const one of found) devices.set(one.id, one);
}

/** Loads the devices of a project together, before single ones are asked for. */
export function learnProject(project: string): void {
  once(`project ${project}`, async () => {
    let after: string | null | undefined;
    let count = 0;
    do {
      const page = await api.get('/devices', { query: { project, limit: PAGE, ...(after ? { after } : {}) }, silent: true });
      learn(page.items);
      count += page.items.length;
      after = page.next;
    } while (after && count < FIRST_MAX);
  });
  once(`sites ${project}`, async () => {
    const page = await api.get('/projects/{project}/sites', { params: { project }, query: { limit: PAGE }, silent: true });
    for (const one of page.items) sites.set(one.id, one.name);
  });
}

/** The devices that may be seen, together: a record of two hundred acts must not ask two hundred times. */
export function learnAll(): void {
  once('all', async () => {
    let after: string | null | undefined;
    let count = 0;
    do {
      const page = await api.get('/devices', { query: { limit: PAGE, ...(after ? { after } : {}) }, silent: true });
      learn(page.items);
      count += page.items.length;
      after = page.next;
    } while (after && count < FIRST_MAX);
  });
}

export function device(id: string): Device | undefined {
  const found = devices.get(id);
  if (!found) once(`device ${id}`, async () => learn([await api.get('/devices/{device}', { params: { device: id }, silent: true })]));
  return found;
}

/** The serial; the beginning of its id where the device may not be seen. */
export const deviceName = (id: string): string => device(id)?.serial ?? brief(id);
/** The same without asking for each: for long lists whose project was learned. */
export const deviceNameKnown = (id: string): string => devices.get(id)?.serial ?? brief(id);
export const siteName = (id: string | null | undefined): string => (id ? (sites.get(id) ?? brief(id)) : '');

export function personName(id: string): string {
  once('people', async () => {
    const page = await api.get('/people', { query: { limit: PAGE }, silent: true });
    for (const one of page.items) people.set(one.id, one.name);
  });
  return people.get(id) ?? brief(id);
}
