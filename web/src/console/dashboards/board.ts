/** Dashboards of the server, and those that are made of what there is: one for each model, without any set-up. */
import type { Dashboard, Device, Tile } from '$api/types';
import { api } from '$kit/api';
import { serverNow } from '$kit/clock.svelte';
import { t } from '$kit/i18n.svelte';
import { Problem } from '$kit/problem';
import { someDevices } from '../claim/bulk';
import { spanFor } from '$kit/range';
import { FIRST, settled } from './grid';

const MODEL = 'model:';
const DEVICES_ASKED = 6;
const CHARTS_MAX = 8;
const SERIES_MAX = 16;
const VALUES_MAX = 4;

export const modelId = (model: string): string => `${MODEL}${model}`;
export const modelOf = (id: string): string | null => (id.startsWith(MODEL) ? id.slice(MODEL.length) : null);

/** Models of the devices that are in a project, the most frequent first. */
export async function modelsOf(project: string, signal?: AbortSignal): Promise<{ model: string; count: number }[]> {
  return (await api.get('/fleet/summary', { query: { project }, ...(signal ? { signal } : {}) })).by_model;
}

/** Which metrics a few devices send: the rest of a model sends the same. */
async function metricsOf(devices: Device[], signal?: AbortSignal): Promise<Map<string, Device[]>> {
  const found = new Map<string, Device[]>();
  const answers = await Promise.all(devices.map(async (device) => ({
    device, readings: await api.get('/devices/{device}/latest', { params: { device: device.id }, ...(signal ? { signal } : {}) }).then((one) => one.readings, () => []),
  })));
  for (const { device, readings } of answers) {
    for (const one of readings) if (typeof one.value === 'number') found.set(one.metric, [...(found.get(one.metric) ?? []), device]);
  }
  return found;
}

/** As much as there is to see: an hour for a device of this morning, a week for one of last year, and where it is for one that fell silent. */
async function spanOf(device: Device | undefined, signal?: AbortSignal): Promise<string> {
  if (!device) return '24h';
  const found = await api.get('/devices/{device}/metrics', { params: { device: device.id }, silent: true, ...(signal ? { signal } : {}) }).catch(() => ({ items: [] }));
  return spanFor(found.items, serverNow());
}

export async function defaultBoard(project: string, model: string, signal?: AbortSignal): Promise<Dashboard> {
  const asked = await someDevices({ project, model, state: 'installed', limit: DEVICES_ASKED }, signal);
  const metrics = [...await metricsOf(asked, signal)].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1));
  const range = await spanOf(metrics[0]?.[1][0], signal);
  const tiles: Tile[] = [];
  let x = 0;
  let y = 0;
  const put = (kind: string, rest: Partial<Tile>): void => {
    const [w, h] = FIRST[kind] ?? [3, 2];
    if (x + w > 12) {
      x = 0;
      y += h + 20;
    }
    tiles.push({ id: `${kind}-${tiles.length}`, kind, x, y, w, h, ...rest });
    x += w;
  };
  put('state', { title: t('dashboards-default-state', { model }), model });
  for (const [metric, where] of metrics.slice(0, VALUES_MAX - 1)) {
    const first = where[0];
    if (first) put('value', { title: `${first.serial} ${metric}`, h: 3, series: [{ device: first.id, metric }] });
  }
  for (const [metric, where] of metrics.slice(0, CHARTS_MAX)) {
    put('chart', { title: metric, range, series: where.slice(0, DEVICES_ASKED).map((one) => ({ device: one.id, metric })) });
  }
  const rows = metrics.flatMap(([metric, where]) => where.map((one) => ({ device: one.id, metric }))).slice(0, SERIES_MAX);
  if (rows.length > 0) put('table', { title: t('dashboards-default-table'), w: 12, h: Math.min(9, rows.length + 2), series: rows });
  return { id: modelId(model), project, name: model, version: 0, tiles: settled(tiles), made_by: '', changed_by: '', changed_at: new Date(serverNow()).toISOString() };
}

export async function load(id: string, project: string | undefined, signal?: AbortSignal): Promise<Dashboard | undefined> {
  const model = modelOf(id);
  if (model === null) return api.get('/dashboards/{dashboard}', { params: { dashboard: id }, ...(signal ? { signal } : {}) });
  if (project === undefined) return undefined;
  // A model that nobody has here has no dashboard.
  if (!(await modelsOf(project, signal)).some((one) => one.model === model)) throw new Problem(404, {});
  return defaultBoard(project, model, signal);
}

/** What is different between two states of a dashboard, tile by tile. */
export interface TileChange {
  title: string;
  how: 'added' | 'removed' | 'changed';
}

export const titleOf = (tile: Tile): string => tile.title || tile.series?.[0]?.metric || tile.text?.slice(0, 40) || tile.kind;

export function compared(before: Tile[], after: Tile[]): TileChange[] {
  const old = new Map(before.map((tile) => [tile.id, tile]));
  const fresh = new Set(after.map((tile) => tile.id));
  return [
    ...after.flatMap((tile): TileChange[] => {
      const was = old.get(tile.id);
      if (!was) return [{ title: titleOf(tile), how: 'added' }];
      return canonical(was) === canonical(tile) ? [] : [{ title: titleOf(tile), how: 'changed' }];
    }),
    ...before.filter((tile) => !fresh.has(tile.id)).map((tile): TileChange => ({ title: titleOf(tile), how: 'removed' })),
  ];
}

/** Members that say nothing are as good as absent. */
function canonical(tile: Tile): string {
  const said = Object.entries(tile).filter(([, value]) => value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0));
  return JSON.stringify(said.sort((a, b) => (a[0] < b[0] ? -1 : 1)));
}

export const same = (a: Tile[], b: Tile[]): boolean => a.length === b.length && compared(a, b).length === 0;

/** The project's name for a new one: the first that is free. */
export function freeName(wished: string, taken: string[]): string {
  if (!taken.includes(wished)) return wished;
  for (let number = 2; ; number += 1) if (!taken.includes(`${wished} ${number}`)) return `${wished} ${number}`;
}
