/** The metrics of a device with their limits; from the latest readings and the project's rules where a server has no list. */
import type { NamedReading, Project } from '$api/types';
import { api, send } from '$kit/api';
import { Problem } from '$kit/problem';
import { scope } from '$kit/scope.svelte';
import type { Metric } from './model';

export interface Known extends Metric {
  periodS: number | null;
  latest: NamedReading | null;
}

export async function metricsOf(device: string, project: string | null | undefined, signal: AbortSignal): Promise<Known[]> {
  const [listed, latest, rules] = await Promise.all([
    send<{ items: Metric[] }>('GET', '/devices/{device}/metrics', { params: { device }, signal, silent: true }).then((one) => one.items, absent),
    api.get('/devices/{device}/latest', { params: { device }, signal }).then((one) => one.readings),
    project ? rulesOf(project, signal) : null,
  ]);
  const readings = new Map(latest.map((one) => [one.metric, one]));
  const items: Metric[] = listed ?? latest.map((one) => ({ metric: one.metric, unit: one.unit ?? null }));
  return items.map((one) => {
    const declared = rules?.settings.metrics?.[one.metric];
    const [min, max] = declared?.range ?? [];
    return {
      ...one,
      unit: one.unit ?? declared?.unit ?? null,
      range: one.range ?? (min !== undefined && max !== undefined ? { min, max } : null),
      periodS: declared?.period_s ?? null,
      latest: readings.get(one.metric) ?? null,
    };
  });
}

async function rulesOf(project: string, signal: AbortSignal): Promise<Project | null> {
  return scope.projects.find((one) => one.id === project) ?? api.get('/projects/{project}', { params: { project }, signal, silent: true }).catch(() => null);
}

/** A server without the route: null. Everything else stays a problem. */
export function absent(thrown: unknown): null {
  const problem = Problem.from(thrown);
  if (problem.status === 404) return null;
  throw problem;
}
