/** A project's rules as a form has them: everything is text until it is sent. */
import type { ProjectSettings } from '$api/types';

export interface Row {
  /** Stays while its name is typed. */
  key: number;
  name: string;
  unit: string;
  min: string;
  max: string;
  period: string;
}

export type Fault = 'name' | 'twice' | 'range' | 'order' | 'period';

let last = 0;

export const emptyRow = (): Row => ({ key: ++last, name: '', unit: '', min: '', max: '', period: '' });

export function rowsFrom(settings: ProjectSettings): Row[] {
  return Object.entries(settings.metrics ?? {}).sort(([a], [b]) => a.localeCompare(b)).map(([name, one]) => ({
    ...emptyRow(), name, unit: one.unit ?? '', min: String(one.range?.[0] ?? ''), max: String(one.range?.[1] ?? ''), period: String(one.period_s ?? ''),
  }));
}

/** What is wrong with a row; null where nothing is. */
export function fault(row: Row, all: Row[]): Fault | null {
  const name = row.name.trim();
  if (name === '') return 'name';
  if (all.some((one) => one !== row && one.name.trim() === name)) return 'twice';
  const [min, max] = [row.min.trim(), row.max.trim()];
  if ((min === '') !== (max === '') || !Number.isFinite(Number(min)) || !Number.isFinite(Number(max))) return 'range';
  if (min !== '' && Number(min) >= Number(max)) return 'order';
  return row.period.trim() === '' || /^[1-9]\d{0,6}$/.test(row.period.trim()) ? null : 'period';
}

export function metricsFrom(rows: Row[]): NonNullable<ProjectSettings['metrics']> {
  return Object.fromEntries(rows.map((row) => [row.name.trim(), {
    ...(row.unit.trim() === '' ? {} : { unit: row.unit.trim() }),
    ...(row.min.trim() === '' ? {} : { range: [Number(row.min), Number(row.max)] }),
    ...(row.period.trim() === '' ? {} : { period_s: Number(row.period) }),
  }]));
}
