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
  /** How many readings each stands for, and over how many seconds: there where they are buckets. */
  count?: (number | null)[];
  step?: number;
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

export interface Summary {
  min: number;
  max: number;
  /** Of the readings, not of the buckets. */
  mean: number;
  gaps: number;
  /** When the first begins. */
  first: number;
  /** What was read at the end: between two times where it is a bucket's. */
  last: { from: number; to: number; value: number };
}

/** What is shown, for the summary that is read out. */
export function summary(series: Series): Summary | null {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let count = 0;
  let gaps = 0;
  let first = NaN;
  let last = { from: 0, to: 0, value: 0 };
  for (const [index, mean] of series.mean.entries()) {
    if (mean === null) {
      if (index > 0 && series.mean[index - 1] !== null) gaps += 1;
      continue;
    }
    const [from, weight] = [series.time[index] ?? 0, series.count?.[index] ?? 1];
    min = Math.min(min, series.min?.[index] ?? mean);
    max = Math.max(max, series.max?.[index] ?? mean);
    if (Number.isNaN(first)) first = from;
    last = { from, to: from + (series.step ?? 0), value: mean };
    sum += mean * weight;
    count += weight;
  }
  return count === 0 ? null : { min, max, mean: sum / count, gaps, first, last };
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

/** Whether both are the same to the second: an address keeps no more. */
export const sameSpan = (one: Range, other: Range): boolean => Math.abs(one.from - other.from) < 1 && Math.abs(one.to - other.to) < 1;

/** The same inside of what there can be: moved where it fits, cut where it does not. */
export function within(range: Range, bounds: Range): Range {
  const width = range.to - range.from;
  if (width >= bounds.to - bounds.from) return bounds;
  if (range.from < bounds.from) return { from: bounds.from, to: bounds.from + width };
  return range.to > bounds.to ? { from: bounds.to - width, to: bounds.to } : range;
}

/**
 * Rows for the table and the CSV: one for each time of any series. A bucket is said with both of its ends, and with how many
 * readings are in it: its beginning is no reading's time.
 */
export function rowsOf(plots: Plot[]): { head: string[]; rows: (string | number | null)[][] } {
  const all = plots.flatMap((plot) => plot.series);
  const head = ['from', 'to', ...all.flatMap((one) => {
    const name = one.unit ? `${one.label} (${one.unit})` : one.label;
    return [...(one.min && one.max ? [`${name} min`, `${name} mean`, `${name} max`] : [name]), ...(one.count ? [`${one.label} readings`] : [])];
  })];
  const at = new Map<string, { from: number; row: (string | number | null)[] }>();
  let place = 2;
  for (const one of all) {
    const wide = one.min && one.max;
    for (const [index, time] of one.time.entries()) {
      if (one.mean[index] === null) continue;
      const [from, to] = [time, time + (one.step ?? 0)].map((second) => new Date(second * 1000).toISOString());
      const key = `${from} ${to}`;
      const found = at.get(key) ?? { from: time, row: [from ?? '', to ?? '', ...Array<null>(head.length - 2).fill(null)] };
      const cells = [...(wide ? [one.min?.[index], one.mean[index], one.max?.[index]] : [one.mean[index]]), ...(one.count ? [one.count[index]] : [])];
      for (const [offset, cell] of cells.entries()) found.row[place + offset] = cell ?? null;
      at.set(key, found);
    }
    place += (wide ? 3 : 1) + (one.count ? 1 : 0);
  }
  return { head, rows: [...at.values()].sort((a, b) => a.from - b.from).map(({ row }) => row) };
}
