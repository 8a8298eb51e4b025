/**
 * Of so many readings to a pixel that a line is a thicket: what stands in each column of pixels, from its least to its greatest.
 * Upright strokes of one pixel cost a fraction of the zigzag, and of the outline of a band, that look the same.
 */
export interface Column {
  x: number;
  top: number;
  bottom: number;
}

/** Where times and levels are on a canvas: a column is `left + (time - from) * wide`, a row `top + (high - level) * tall`. */
export interface Pixels {
  left: number;
  from: number;
  wide: number;
  top: number;
  high: number;
  tall: number;
}

type Cells = ArrayLike<number | null | undefined>;

/** What one series has between two indices, in runs that a gap parts: null is a gap, undefined is not this series' reading. */
export function columns(times: ArrayLike<number>, least: Cells, most: Cells, first: number, last: number, to: Pixels): Column[][] {
  const runs: Column[][] = [];
  let run: Column[] = [];
  let x = 0;
  let low = 0;
  let high = 0;
  /** Up to this time it is the same column: one comparison for each reading. */
  let edge = -Infinity;
  const over = (): void => {
    if (edge !== -Infinity) run.push({ x, top: to.top + (to.high - high) * to.tall, bottom: to.top + (to.high - low) * to.tall });
  };
  for (let index = first; index <= last; index += 1) {
    const least1 = least[index];
    const most1 = most[index];
    if (least1 === undefined || most1 === undefined) continue;
    if (least1 === null || most1 === null) {
      over();
      if (run.length > 0) runs.push(run);
      run = [];
      edge = -Infinity;
      continue;
    }
    const time = times[index] ?? 0;
    if (time < edge) {
      if (least1 < low) low = least1;
      if (most1 > high) high = most1;
      continue;
    }
    over();
    x = Math.round(to.left + (time - to.from) * to.wide);
    edge = to.from + (x + 0.5 - to.left) / to.wide;
    low = least1;
    high = most1;
  }
  over();
  if (run.length > 0) runs.push(run);
  return runs;
}

interface Path {
  moveTo: (x: number, y: number) => void;
  lineTo: (x: number, y: number) => void;
}

/**
 * A stroke for every column of a run; what lies between two that are further apart goes evenly. `middle`: from where a path's
 * zero lies to the middle of a pixel, which is where a stroke fills one and no part of another. `joined`: a line, which has no holes.
 */
export function strokes(path: Path, run: Column[], middle: number, joined: boolean): void {
  let before: Column | null = null;
  for (const column of run) {
    if (before) for (const one of between(before, column)) before = stroked(path, one, before, middle, joined);
    before = stroked(path, column, before, middle, joined);
  }
}

function stroked(path: Path, column: Column, before: Column | null, middle: number, joined: boolean): Column {
  // A line is as high as it is wide, and meets the column before it.
  const top = joined ? Math.min(column.top - 0.5, before?.bottom ?? Infinity) : column.top;
  const bottom = joined ? Math.max(column.bottom + 0.5, before?.top ?? -Infinity) : column.bottom;
  path.moveTo(column.x + middle, top);
  path.lineTo(column.x + middle, bottom);
  return column;
}

const NONE: Column[] = [];

function between(from: Column, to: Column): Column[] {
  const width = to.x - from.x;
  if (width < 2) return NONE;
  return Array.from({ length: width - 1 }, (_, index) => {
    const share = (index + 1) / width;
    return { x: from.x + index + 1, top: from.top + (to.top - from.top) * share, bottom: from.bottom + (to.bottom - from.bottom) * share };
  });
}
