/** From the server's buckets to what the chart draws. */
import type { Buckets } from '$api/types';
import { request } from '$kit/api';
import type { Series } from '$ui/chart';

const BINARY = 'application/vnd.fieldkeep.buckets';
const HEAD_BYTES = 24;
/** Silence this much longer than usual is a gap. */
const GAP_PERIODS = 3;

/** Column-wise; only buckets that have readings. */
export interface Columns {
  stepS: number;
  time: number[];
  min: number[];
  max: number[];
  mean: number[];
}

export interface Window {
  from: number;
  to: number;
  px: number;
}

const iso = (seconds: number): string => new Date(Math.round(seconds * 1000)).toISOString();

function query(metric: string, { from, to, px }: Window): Record<string, unknown> {
  return { metric, from: iso(from), to: iso(to), px };
}

export async function buckets(device: string, metric: string, window: Window, signal: AbortSignal): Promise<Columns> {
  const answer = await request('GET', '/devices/{device}/buckets', { params: { device }, query: query(metric, window), signal, accept: `${BINARY}, application/json;q=0.5` });
  return answer.headers.get('Content-Type')?.startsWith(BINARY) ? unpacked(await answer.arrayBuffer()) : fromJson((await answer.json()) as Buckets);
}

/** "FKB1", u32 n, f64 start, f64 step, then min, max and mean as f64[n] and count as u32[n], all little-endian. */
export function unpacked(buffer: ArrayBuffer): Columns {
  const view = new DataView(buffer);
  const magic = buffer.byteLength >= HEAD_BYTES ? String.fromCharCode(...new Uint8Array(buffer, 0, 4)) : '';
  const n = magic === 'FKB1' ? view.getUint32(4, true) : -1;
  if (n < 0 || buffer.byteLength < HEAD_BYTES + n * 28) throw new Error('the buckets are cut short');
  const start = view.getFloat64(8, true);
  const stepS = view.getFloat64(16, true);
  const found: Columns = { stepS, time: [], min: [], max: [], mean: [] };
  for (let index = 0; index < n; index += 1) {
    const at = HEAD_BYTES + index * 8;
    const mean = view.getFloat64(at + n * 16, true);
    if (view.getUint32(HEAD_BYTES + n * 24 + index * 4, true) === 0 || Number.isNaN(mean)) continue;
    found.time.push(start + index * stepS);
    found.min.push(view.getFloat64(at, true));
    found.max.push(view.getFloat64(at + n * 8, true));
    found.mean.push(mean);
  }
  return found;
}

function fromJson(answer: Buckets): Columns {
  const full = answer.buckets.filter((one) => one.count > 0);
  return {
    stepS: answer.step_s,
    time: full.map((one) => Date.parse(one.start) / 1000),
    min: full.map((one) => one.min),
    max: full.map((one) => one.max),
    mean: full.map((one) => one.mean),
  };
}

/**
 * Puts gaps where nothing came for three of its own periods. A bucket may well be narrower than the period: an hourly
 * reading fills one bucket in forty, and is no row of gaps.
 */
export function gapped(found: Columns, by: number, periodS: number | null): Required<Pick<Series, 'time' | 'mean' | 'min' | 'max'>> {
  const usual = Math.max(found.stepS, periodS ?? median(found.time));
  const out = { time: [] as number[], mean: [] as (number | null)[], min: [] as (number | null)[], max: [] as (number | null)[] };
  for (const [index, time] of found.time.entries()) {
    const before = found.time[index - 1];
    if (before !== undefined && time - before > usual * GAP_PERIODS) {
      out.time.push(before + usual);
      for (const column of [out.mean, out.min, out.max]) column.push(null);
    }
    out.time.push(time);
    out.mean.push((found.mean[index] ?? 0) / by);
    out.min.push((found.min[index] ?? 0) / by);
    out.max.push((found.max[index] ?? 0) / by);
  }
  return out;
}

function median(times: number[]): number {
  const steps = times.slice(1).map((time, index) => time - (times[index] ?? time)).sort((a, b) => a - b);
  return steps[Math.floor(steps.length / 2)] ?? 0;
}

/** A limit is drawn where the values come near it: far away it would press them into a flat line. */
export function near(range: { min: number; max: number } | null | undefined, low: number, high: number): number | null {
  if (!range || low > high) return null;
  const room = Math.max(high - low, Math.abs(high) * 0.02) * 0.6;
  if (range.max <= high + room) return range.max;
  return range.min >= low - room ? range.min : null;
}
