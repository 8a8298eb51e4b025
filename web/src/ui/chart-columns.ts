/**
 * Of so many readings to a pixel that a line is a thicket: what stands in each column of pixels, from its least to its greatest.
 * Upright strokes of one pixel cost a fraction of the zigzag, and of the outline of a band, that look the same.
 */
export interface Column {
  x: number;
  top: number;
  bottom: number;
  /** Where a line comes in and goes out: its first and its last reading. */
  from: number;
  to: number;
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
  let first1 = 0;
  let last1 = 0;
  /** Up to this time it is the same column: one comparison for each reading. */
  let edge = -Infinity;
  const down = (level: number): number => to.top + (to.high - level) * to.tall;
  const over = (): void => {
    if (edge !== -Infinity) run.push({ x, top: down(high), bottom: down(low), from: down(first1), to: down(last1) });
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
      last1 = most1;
      continue;
    }
    over();
    x = Math.round(to.left + (time - to.from) * to.wide);
    edge = to.from + (x + 0.5 - to.left) / to.wide;
    low = least1;
    high = most1;
    first1 = last1 = most1;
  }
  over();
  if (run.length > 0) runs.push(run);
  return runs;
}

interface Path {
  moveTo: (x: number, y: number) => void;
  lineTo: (x: number, y: number) => void;
}

/** How a path is stroked. */
export interface Stroke {
  /** From where a path's zero lies to the middle of a pixel, which is where a stroke fills one and no part of another. */
  middle: number;
  /** Half of what a line is wide: it is as high, and has no holes. null: no line, a band. */
  half: number | null;
}

/** A stroke for every column of a run; what lies between two that are further apart goes evenly. */
export function strokes(path: Path, run: Column[], how: Stroke): void {
  let before: Column | null = null;
  for (const column of run) {
    if (before) for (const one of between(before, column, how.half !== null)) before = stroked(path, one, before, how);
    before = stroked(path, column, before, how);
  }
}

function stroked(path: Path, column: Column, before: Column | null, { middle, half }: Stroke): Column {
  const top = half === null ? column.top : Math.min(column.top - half, before?.bottom ?? Infinity);
  const bottom = half === null ? column.bottom : Math.max(column.bottom + half, before?.top ?? -Infinity);
  path.moveTo(column.x + middle, top);
  path.lineTo(column.x + middle, bottom);
  return column;
}

const NONE: Column[] = [];
/** No canvas is wider: what lies beyond is not drawn. */
const X_MAX = 20_000;

/** A line goes from the last reading of a column to the first of the next, a band by its edges. */
function between(left: Column, right: Column, line: boolean): Column[] {
  const [first, last] = [Math.max(left.x + 1, 0), Math.min(right.x - 1, X_MAX)];
  if (last < first) return NONE;
  const [top, bottom] = line ? [left.to, left.to] : [left.top, left.bottom];
  const [down, up] = line ? [right.from, right.from] : [right.top, right.bottom];
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const x = first + index;
    const share = (x - left.x) / (right.x - left.x);
    const level = top + (down - top) * share;
    return { x, top: level, bottom: bottom + (up - bottom) * share, from: level, to: level };
  });
}
