/** The metrics that a device has measured, with their limits, the project's rules, and the newest reading of each. */
import type { DeviceMetric, NamedReading, Project } from '$api/types';
import { api } from '$kit/api';
import { scope } from '$kit/scope.svelte';

export interface Known extends DeviceMetric {
  periodS: number | null;
  latest: NamedReading | null;
}

export async function metricsOf(device: string, project: string | null | undefined, signal: AbortSignal): Promise<Known[]> {
  const [listed, latest, rules] = await Promise.all([
    api.get('/devices/{device}/metrics', { params: { device }, signal }).then((one) => one.items),
    api.get('/devices/{device}/latest', { params: { device }, signal }).then((one) => one.readings),
    project ? rulesOf(project, signal) : null,
  ]);
  const readings = new Map(latest.map((one) => [one.metric, one]));
  return listed.map((one) => {
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
