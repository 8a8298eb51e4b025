/** From the server's buckets to what the chart draws: nothing here asks anybody. */
import type { Buckets } from '$api/types';
import type { Series } from '$ui/chart';

const HEAD_BYTES = 24;
/** Silence this much longer than usual is a gap. */
const GAP_PERIODS = 3;
/** How many steps of each side say what is usual there, and how few say nothing. */
const NEIGHBOURS = 8;
const NEIGHBOURS_MIN = 3;

/** Column-wise; only buckets that have readings. */
export interface Columns {
  stepS: number;
  time: number[];
  min: number[];
  max: number[];
  mean: number[];
  count: number[];
}

/** "FKB1", u32 n, f64 start, f64 step, then min, max and mean as f64[n] and count as u32[n], all little-endian. */
export function unpacked(buffer: ArrayBuffer): Columns {
  const view = new DataView(buffer);
  const magic = buffer.byteLength >= HEAD_BYTES ? String.fromCharCode(...new Uint8Array(buffer, 0, 4)) : '';
  const n = magic === 'FKB1' ? view.getUint32(4, true) : -1;
  if (n < 0 || buffer.byteLength < HEAD_BYTES + n * 28) throw new Error('the buckets are cut short');
  const start = view.getFloat64(8, true);
  const stepS = view.getFloat64(16, true);
  const found: Columns = { stepS, time: [], min: [], max: [], mean: [], count: [] };
  for (let index = 0; index < n; index += 1) {
    const at = HEAD_BYTES + index * 8;
    const mean = view.getFloat64(at + n * 16, true);
    const count = view.getUint32(HEAD_BYTES + n * 24 + index * 4, true);
    if (count === 0 || Number.isNaN(mean)) continue;
    found.time.push(start + index * stepS);
    found.min.push(view.getFloat64(at, true));
    found.max.push(view.getFloat64(at + n * 8, true));
    found.mean.push(mean);
    found.count.push(count);
  }
  return found;
}

export function fromJson(answer: Buckets): Columns {
  const full = answer.buckets.filter((one) => one.count > 0);
  return {
    stepS: answer.step_s,
    time: full.map((one) => Date.parse(one.start) / 1000),
    min: full.map((one) => one.min),
    max: full.map((one) => one.max),
    mean: full.map((one) => one.mean),
    count: full.map((one) => one.count),
  };
}

/**
 * Puts gaps where nothing came for three of its own periods. A bucket may well be narrower than the period: an hourly
 * reading fills one bucket in forty, and is no row of gaps. Where no period is declared it is what came before or after: a
 * device that begins to speak more often has not been silent until then.
 */
export function gapped(found: Columns, by: number, periodS: number | null): Required<Pick<Series, 'time' | 'mean' | 'min' | 'max' | 'count' | 'step'>> {
  const out = { time: [] as number[], mean: [] as (number | null)[], min: [] as (number | null)[], max: [] as (number | null)[], count: [] as (number | null)[], step: found.stepS };
  const steps = found.time.map((time, index) => time - (found.time[index - 1] ?? time));
  for (const [index, time] of found.time.entries()) {
    const before = found.time[index - 1];
    if (before !== undefined) {
      const usual = Math.max(found.stepS, periodS ?? around(steps, index));
      if (time - before > usual * GAP_PERIODS) {
        out.time.push(before + usual);
        for (const column of [out.mean, out.min, out.max, out.count]) column.push(null);
      }
    }
    out.time.push(time);
    out.mean.push((found.mean[index] ?? 0) / by);
    out.min.push((found.min[index] ?? 0) / by);
    out.max.push((found.max[index] ?? 0) / by);
    out.count.push(found.count[index] ?? 0);
  }
  return out;
}

/** The longer of the usual steps of what lies before and behind; `steps[0]` is none. */
function around(steps: number[], index: number): number {
  const [before, behind] = [steps.slice(Math.max(1, index - NEIGHBOURS), index), steps.slice(index + 1, index + 1 + NEIGHBOURS)];
  const sides = [before, behind].filter((side) => side.length >= NEIGHBOURS_MIN).map(median);
  return sides.length > 0 ? Math.max(...sides) : median(steps.slice(1));
}

function median(steps: number[]): number {
  const sorted = [...steps].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** A limit is drawn where the values come near it: far away it would press them into a flat line. */
export function near(range: { min: number; max: number } | null | undefined, low: number, high: number): number | null {
  if (!range || low > high) return null;
  const room = Math.max(high - low, Math.abs(high) * 0.02) * 0.6;
  if (range.max <= high + room) return range.max;
  return range.min >= low - room ? range.min : null;
}
