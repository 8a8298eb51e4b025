/** What a Chart draws: series of reduced buckets. Times are seconds since 1970, as uPlot has them. */
export interface Series {
  id: string;
  label: string;
  unit?: string | null;
  /** Column-wise and in time order. null is a gap. min and max may be absent: then there is a line alone. */
  time: number[];
  mean: (number | null)[];
  min?: (number | null)[];
  max?: (number | null)[];
  /** A limit that is drawn across. */
  limit?: { at: number; text: string };
  /** Marks at times: anomalies, alarms. */
  marks?: { time: number; text: string }[];
}

/** A span that is not to be trusted: hatched. */
export interface Span {
  from: number;
  to: number;
  text: string;
}

/** One of the stacked plots; series of the same unit may share one. */
export interface Plot {
  id: string;
  label: string;
  series: Series[];
  held?: Span[];
}

/** Each series of a chart has its own, across all of its plots. */
export const seriesColour = (index: number): string => `var(--series-${(index % 6) + 1})`;

export interface Range {
  from: number;
  to: number;
}

export interface BucketLike {
  start: string;
  count: number;
  min: number;
  max: number;
  mean: number;
}

/**
 * Buckets of the API as columns. Buckets without readings are left out by the server: where the next one begins later than one
 * step after the last, there is a gap.
 */
export function columns(buckets: BucketLike[], stepS: number): Required<Pick<Series, 'time' | 'mean' | 'min' | 'max'>> {
  const out = { time: [] as number[], mean: [] as (number | null)[], min: [] as (number | null)[], max: [] as (number | null)[] };
  const put = (time: number, mean: number | null, min: number | null, max: number | null): void => {
    out.time.push(time);
    out.mean.push(mean);
    out.min.push(min);
    out.max.push(max);
  };
  let next = Infinity;
  for (const bucket of buckets) {
    const start = Date.parse(bucket.start) / 1000;
    if (start > next + stepS * 0.5) put(next, null, null, null);
    if (bucket.count > 0) put(start, bucket.mean, bucket.min, bucket.max);
    else put(start, null, null, null);
    next = start + stepS;
  }
  return out;
}

/** Lowest, highest, mean and last of what is shown: for the summary that is read out. */
export function summary(series: Series): { min: number; max: number; mean: number; gaps: number; last: { time: number; value: number } } | null {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let count = 0;
  let gaps = 0;
  let last = { time: 0, value: 0 };
  for (const [index, mean] of series.mean.entries()) {
    if (mean === null) {
      if (index > 0 && series.mean[index - 1] !== null) gaps += 1;
      continue;
    }
    min = Math.min(min, series.min?.[index] ?? mean);
    max = Math.max(max, series.max?.[index] ?? mean);
    last = { time: series.time[index] ?? 0, value: mean };
    sum += mean;
    count += 1;
  }
  return count === 0 ? null : { min, max, mean: sum / count, gaps, last };
}

/** A range, narrower or wider around a place in it (0 to 1). */
export function zoomed(range: Range, by: number, place = 0.5): Range {
  const width = (range.to - range.from) * by;
  const centre = range.from + (range.to - range.from) * place;
  return { from: centre - width * place, to: centre + width * (1 - place) };
}

export function panned(range: Range, by: number): Range {
  const move = (range.to - range.from) * by;
  return { from: range.from + move, to: range.to + move };
}

/** Rows for the table and the CSV: one per time of any series. */
export function rowsOf(plots: Plot[]): { head: string[]; rows: (string | number | null)[][] } {
  const all = plots.flatMap((plot) => plot.series);
  const head = ['time', ...all.flatMap((one) => {
    const name = one.unit ? `${one.label} (${one.unit})` : one.label;
    return one.min && one.max ? [`${name} min`, `${name} mean`, `${name} max`] : [name];
  })];
  const at = new Map<number, (string | number | null)[]>();
  let place = 1;
  for (const one of all) {
    const wide = one.min && one.max ? 3 : 1;
    for (const [index, time] of one.time.entries()) {
      if (one.mean[index] === null) continue;
      const row = at.get(time) ?? [new Date(time * 1000).toISOString(), ...Array<null>(head.length - 1).fill(null)];
      const cells = wide === 3 ? [one.min?.[index], one.mean[index], one.max?.[index]] : [one.mean[index]];
      for (const [offset, cell] of cells.entries()) row[place + offset] = cell ?? null;
      at.set(time, row);
    }
    place += wide;
  }
  return { head, rows: [...at.entries()].sort((a, b) => a[0] - b[0]).map(([, row]) => row) };
}
