/** The part of Chart that draws: uPlot and its styles come with it, and only when a chart is on the page. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { inWords, number, value } from '$kit/format';
import { columns, strokes, type Column, type Pixels } from './chart-columns';
import type { Plot, Range, Series } from './chart';

export interface Handlers {
  /** While it moves: for the other plots. */
  moved: (range: Range) => void;
  /** A selection by dragging. */
  chosen: (range: Range) => void;
  /** The index that the cursor is at in each series' own columns; null when it is nowhere. */
  cursor: (time: number | null) => void;
}

export interface Drawn {
  data: (plot: Plot) => void;
  range: (range: Range) => void;
  size: (width: number, height: number) => void;
  destroy: () => void;
}

/**
 * Where a plot stands in its chart: the last has the times, the key couples the cursors, colours go on from `first`. Nothing is
 * imported from where charts are used, so that this stays a chunk of its own.
 */
export interface Place {
  last: boolean;
  key: string;
  first: number;
  colour: (index: number) => string;
}

const AXIS_WIDTH = 56;
const WIDE_PX = 1.5;
/** From so many readings to a pixel on, a line and its band are drawn by columns, and the line is thinner. */
const DENSE = 0.75;
const DENSE_PX = 1;
/** Of a span that was held back. */
const LEAST_SPAN_PX = 8;

/** Draws a plot into an element. */
export function draw(into: HTMLElement, plot: Plot, range: Range, size: { width: number; height: number }, place: Place, on: Handlers): Drawn {
  let [now, shown, big] = [plot, range, size];
  const chart = new uPlot(options(() => now, () => shown, size, place, on, into), table(plot), into);
  // Told the same once more, it is not drawn once more.
  return {
    data: (next) => {
      if (next === now) return;
      now = next;
      chart.setData(table(next), false);
      chart.setScale('x', { min: shown.from, max: shown.to });
    },
    range: (next) => {
      if (next.from === shown.from && next.to === shown.to) return;
      shown = next;
      chart.setScale('x', { min: next.from, max: next.to });
    },
    size: (width, height) => {
      if (width === big.width && height === big.height) return;
      big = { width, height };
      chart.setSize(big);
    },
    destroy: () => chart.destroy(),
  };
}

/** Every series of a plot over one column of times. */
function table(plot: Plot): uPlot.AlignedData {
  const parts = plot.series.map((one): uPlot.AlignedData => [one.time, one.mean]);
  if (parts.length === 1) return parts[0] ?? [[]];
  // A gap of one stays a gap though the other has a time there.
  return parts.length === 0 ? [[]] : uPlot.join(parts, parts.map((part) => part.map(() => 2)));
}

function options(plot: () => Plot, shown: () => Range, size: { width: number; height: number }, { last, key, first, colour }: Place, on: Handlers, into: HTMLElement): uPlot.Options {
  const style = getComputedStyle(into);
  const token = (name: string): string => resolved(into, `var(${name})`);
  const grey = token('--text-3');
  const line = token('--line');
  // Asked for once: each question makes the browser work out styles, and a chart is drawn for every step of a finger.
  const words = token('--text-2');
  const ground = token('--surface');
  const font = `11px ${style.fontFamily}`;
  const colours = plot().series.map((_, index) => resolved(into, colour(first + index)));
  return {
    ...size,
    padding: [8, 16, last ? 0 : 6, 0],
    legend: { show: false },
    scales: { x: { time: true, min: shown().from, max: shown().to, auto: false }, y: { range: () => padded(plot(), shown()) } },
    cursor: {
      sync: { key, setSeries: false },
      drag: { x: true, y: false, setScale: false, dist: 6 },
      points: { size: 7, width: 2, fill: ground },
      y: false,
    },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    axes: [
      { show: true, size: last ? 30 : 0, stroke: grey, font, grid: { stroke: line, width: 1 }, ticks: { show: false }, gap: 8, space: 90, values: (chart, splits) => (last ? whole(chart, splits, times(splits), font) : splits.map(() => '')) },
      { stroke: grey, font, size: AXIS_WIDTH, gap: 8, space: 32, grid: { stroke: line, width: 1 }, ticks: { show: false }, values: (_, splits) => levels(splits) },
    ],
    series: [{}, ...plot().series.map((one, index) => drawnLine(one, colours[index] ?? grey))],
    hooks: {
      drawClear: [(chart) => { weigh(chart, plot()); spans(chart, plot(), grey); }],
      drawAxes: [(chart) => bands(chart, plot(), colours.map(faded))],
      draw: [(chart) => above(chart, plot(), words, ground, font)],
      setSelect: [(chart) => {
        const { left, width } = chart.select;
        if (width < 6) return;
        on.chosen({ from: chart.posToVal(left, 'x'), to: chart.posToVal(left + width, 'x') });
        chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      }],
      setCursor: [(chart) => on.cursor(chart.cursor.idx === null || chart.cursor.idx === undefined ? null : (chart.data[0][chart.cursor.idx] ?? null))],
    },
  };
}

function drawnLine(one: Series, stroke: string): uPlot.Series {
  return { label: one.label, stroke, width: WIDE_PX, paths: lines, points: { show: () => false, size: 5, fill: stroke, filter: alone }, spanGaps: false };
}

/** Whether so much of a series is in view that it is drawn by columns. */
const isDense = (chart: uPlot, first: number, last: number): boolean => (last - first) * devicePixelRatio > chart.bbox.width * DENSE;

/** How wide the lines are now. */
function weigh(chart: uPlot, plot: Plot): void {
  const { min: from, max: to } = chart.scales.x ?? {};
  if (from === undefined || to === undefined) return;
  for (const [index, one] of plot.series.entries()) {
    const drawn = chart.series[index + 1];
    if (drawn) drawn.width = isDense(chart, ...inside(one.time, from, to)) ? DENSE_PX : WIDE_PX;
  }
}

const linear = uPlot.paths.linear?.();

function lines(chart: uPlot, series: number, first: number, last: number): uPlot.Series.Paths | null {
  const to = pixels(chart);
  if (chart.series[series]?.width === WIDE_PX || !to) return linear?.(chart, series, first, last) ?? null;
  const level = chart.data[series] ?? [];
  const stroke = new Path2D();
  // uPlot moves a line so that it fills whole pixels.
  const how = { middle: 0, half: (DENSE_PX * devicePixelRatio) / 2 };
  for (const run of columns(chart.data[0], level, level, first, last, to)) strokes(stroke, run, how);
  return { stroke };
}

/** null before there are scales. */
function pixels({ bbox, scales }: uPlot): Pixels | null {
  const [from, to, low, high] = [scales.x?.min, scales.x?.max, scales.y?.min, scales.y?.max];
  if (from === undefined || to === undefined || low === undefined || high === undefined) return null;
  return { left: bbox.left, from, wide: bbox.width / (to - from), top: bbox.top, high, tall: bbox.height / (high - low) };
}

/**
 * From the least to the greatest of each bucket. Drawn here: uPlot would have two more lines for it, with a path of their own,
 * and fill between them by a clip along every point.
 */
function bands(chart: uPlot, plot: Plot, fills: string[]): void {
  const { ctx, bbox } = chart;
  const to = pixels(chart);
  if (!to) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.lineWidth = 1;
  for (const [index, one] of plot.series.entries()) {
    if (!one.min || !one.max) continue;
    ctx.fillStyle = ctx.strokeStyle = fills[index] ?? '';
    const [first, last] = inside(one.time, to.from, to.from + bbox.width / to.wide);
    const runs = columns(one.time, one.min, one.max, first, last, to);
    if (isDense(chart, first, last)) {
      ctx.beginPath();
      for (const run of runs) strokes(ctx, run, { middle: 0.5, half: null });
      ctx.stroke();
    } else for (const run of runs) filled(ctx, run);
  }
  ctx.restore();
}

function filled(ctx: CanvasRenderingContext2D, run: Column[]): void {
  if (run.length < 2) return;
  ctx.beginPath();
  for (const { x, top } of run) ctx.lineTo(x, top);
  for (const { x, bottom } of run.toReversed()) ctx.lineTo(x, bottom);
  ctx.closePath();
  ctx.fill();
}

/** The first and the last index of what is shown, and one more at each side: lines go on to the edge. */
function inside(times: number[], from: number, to: number): [number, number] {
  const after = (moment: number): number => {
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((times[middle] ?? 0) < moment) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return [Math.max(0, after(from) - 1), Math.min(times.length - 1, after(to))];
}

/** A reading between two gaps is no line: it stands as a point, or nobody would see it. */
function alone(chart: uPlot, series: number): number[] | null {
  const column = chart.data[series] ?? [];
  const found: number[] = [];
  for (let index = 0; index < column.length; index += 1) {
    if (isValue(column[index]) && !isValue(column[index - 1]) && !isValue(column[index + 1])) found.push(index);
  }
  return found.length > 0 ? found : null;
}

const isValue = (cell: number | null | undefined): boolean => cell !== null && cell !== undefined;

/** A canvas takes no custom properties: what they come to. */
function resolved(element: HTMLElement, colour: string): string {
  const probe = document.createElement('span');
  probe.style.color = colour;
  element.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const faded = (colour: string): string => `color-mix(in oklab, ${colour} 22%, transparent)`;

/**
 * Room for all that is shown and for limits that are drawn. By the span that is wanted: uPlot asks for this before it has set the
 * one that it draws.
 */
function padded(plot: Plot, { from, to }: Range): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const one of plot.series) {
    const [first, last] = inside(one.time, from, to);
    for (let at = first; at <= last; at += 1) {
      const time = one.time[at] ?? 0;
      const mean = one.mean[at];
      if (time < from || time > to || mean === null || mean === undefined) continue;
      low = Math.min(low, one.min?.[at] ?? mean);
      high = Math.max(high, one.max?.[at] ?? mean);
    }
  }
  if (low > high) [low, high] = [0, 1];
  const limits = plot.series.flatMap((one) => (one.limit ? [one.limit.at] : []));
  low = Math.min(low, ...limits);
  high = Math.max(high, ...limits);
  const room = high === low ? Math.max(1, Math.abs(high) * 0.1) : (high - low) * 0.08;
  return [low - room, high + room];
}

function times(splits: number[]): string[] {
  const step = (splits[1] ?? 0) - (splits[0] ?? 0);
  const day: Intl.DateTimeFormatOptions = step >= 86400 * 27 ? { month: 'short', year: 'numeric' } : { weekday: 'short', day: 'numeric', month: 'short' };
  const hour: Intl.DateTimeFormatOptions = step < 60 ? { timeStyle: 'medium' } : { timeStyle: 'short' };
  return splits.map((split) => {
    const at = new Date(split * 1000);
    const midnight = at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0;
    return inWords(at, step >= 86400 || midnight ? day : hour);
  });
}

/** As many places as the step between two has, where fewer would call two levels the same. */
function levels(splits: number[]): string[] {
  const texts = splits.map((split) => value(split));
  if (new Set(texts).size === texts.length) return texts;
  const step = Math.abs((splits[1] ?? 0) - (splits[0] ?? 0));
  let places = 0;
  while (places < 8 && Math.abs(step * 10 ** places - Math.round(step * 10 ** places)) > 1e-6) places += 1;
  return splits.map((split) => number(split, { minimumFractionDigits: places, maximumFractionDigits: places }));
}

/** Without the one that would be cut off at the edge. */
function whole(chart: uPlot, splits: number[], texts: string[], font: string): string[] {
  chart.ctx.save();
  chart.ctx.font = font;
  const shown = texts.map((text, index) => {
    const room = chart.width - AXIS_WIDTH - chart.valToPos(splits[index] ?? 0, 'x');
    return chart.ctx.measureText(text).width / 2 <= room ? text : '';
  });
  chart.ctx.restore();
  return shown;
}

/** Spans that were held back, hatched, behind the lines. */
function spans(chart: uPlot, plot: Plot, colour: string): void {
  const { ctx, bbox } = chart;
  for (const span of plot.held ?? []) {
    const from = chart.valToPos(span.from, 'x', true);
    const to = chart.valToPos(span.to, 'x', true);
    // A moment is as wide as one can see.
    const more = Math.max(0, LEAST_SPAN_PX * devicePixelRatio - (to - from)) / 2;
    const left = Math.max(bbox.left, from - more);
    const right = Math.min(bbox.left + bbox.width, to + more);
    if (right <= left) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.strokeStyle = colour;
    ctx.globalAlpha = 0.4;
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    const step = 7 * devicePixelRatio;
    for (let x = left - bbox.height; x < right; x += step) {
      ctx.moveTo(x, bbox.top + bbox.height);
      ctx.lineTo(x + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  }
}

/** Limits and marks, above the lines. */
function above(chart: uPlot, plot: Plot, colour: string, ground: string, font: string): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.font = font.replace('11px', `${11 * devicePixelRatio}px`);
  ctx.textAlign = 'left';
  ctx.textBaseline = 'bottom';
  for (const one of plot.series) {
    if (one.limit) {
      const y = chart.valToPos(one.limit.at, 'y', true);
      ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      // Its word stands on the ground of the chart, whatever line goes through it.
      ctx.setLineDash([]);
      ctx.lineJoin = 'round';
      ctx.lineWidth = 4 * devicePixelRatio;
      ctx.strokeStyle = ground;
      ctx.strokeText(one.limit.text, bbox.left + 8 * devicePixelRatio, y - 3 * devicePixelRatio);
      ctx.lineWidth = devicePixelRatio;
      ctx.strokeStyle = colour;
      ctx.fillText(one.limit.text, bbox.left + 8 * devicePixelRatio, y - 3 * devicePixelRatio);
    }
    ctx.setLineDash([]);
    for (const mark of one.marks ?? []) diamond(chart, mark.time, one);
  }
  ctx.restore();
}

function diamond(chart: uPlot, time: number, one: Series): void {
  const { ctx, bbox } = chart;
  const x = chart.valToPos(time, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  const near = one.time.findIndex((at) => at >= time);
  const y = chart.valToPos(one.max?.[near] ?? one.mean[near] ?? 0, 'y', true);
  const size = 5 * devicePixelRatio;
  ctx.beginPath();
  ctx.moveTo(x, y - size);
  ctx.lineTo(x + size, y);
  ctx.lineTo(x, y + size);
  ctx.lineTo(x - size, y);
  ctx.closePath();
  ctx.stroke();
}
