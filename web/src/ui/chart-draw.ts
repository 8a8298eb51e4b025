/** The part of Chart that draws: uPlot and its styles come with it, and only when a chart is on the page. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { inWords, number, value } from '$kit/format';
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
/** Of a span that was held back. */
const LEAST_SPAN_PX = 8;

/** Draws a plot into an element. */
export function draw(into: HTMLElement, plot: Plot, range: Range, size: { width: number; height: number }, place: Place, on: Handlers): Drawn {
  let now = plot;
  const chart = new uPlot(options(() => now, range, size, place, on, into), table(plot), into);
  return {
    data: (next) => {
      now = next;
      chart.setData(table(next), false);
    },
    range: ({ from, to }) => chart.setScale('x', { min: from, max: to }),
    size: (width, height) => chart.setSize({ width, height }),
    destroy: () => chart.destroy(),
  };
}

/** Every series of a plot over one column of times. */
function table(plot: Plot): uPlot.AlignedData {
  const parts = plot.series.map((one): uPlot.AlignedData => [one.time, one.max ?? one.mean, one.min ?? one.mean, one.mean]);
  if (parts.length === 1) return parts[0] ?? [[]];
  // A gap of one stays a gap though the other has a time there.
  return parts.length === 0 ? [[]] : uPlot.join(parts, parts.map((part) => part.map(() => 2)));
}

function options(plot: () => Plot, range: Range, size: { width: number; height: number }, { last, key, first, colour }: Place, on: Handlers, into: HTMLElement): uPlot.Options {
  const style = getComputedStyle(into);
  const token = (name: string): string => resolved(into, `var(${name})`);
  const grey = token('--text-3');
  const line = token('--line');
  // Asked for once: each question makes the browser work out styles, and a chart is drawn for every step of a finger.
  const words = token('--text-2');
  const ground = token('--surface');
  const font = `11px ${style.fontFamily}`;
  return {
    ...size,
    padding: [8, 16, last ? 0 : 6, 0],
    legend: { show: false },
    scales: { x: { time: true, min: range.from, max: range.to, auto: false }, y: { range: (_, min, max) => padded(min, max, plot()) } },
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
    series: [{}, ...plot().series.flatMap((one, index) => lines(one, resolved(into, colour(first + index))))],
    bands: plot().series.map((_, index) => ({ series: [index * 3 + 1, index * 3 + 2], fill: faded(resolved(into, colour(first + index))) })),
    hooks: {
      drawClear: [(chart) => spans(chart, plot(), grey)],
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

function lines(one: Series, stroke: string): uPlot.Series[] {
  const edge: uPlot.Series = { show: true, stroke: 'transparent', width: 0, points: { show: false } };
  return [edge, edge, { label: one.label, stroke, width: 1.5, points: { show: () => false, size: 5, fill: stroke, filter: alone }, spanGaps: false }];
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

function padded(min: number | null, max: number | null, plot: Plot): [number, number] {
  const limits = plot.series.flatMap((one) => (one.limit ? [one.limit.at] : []));
  const low = Math.min(min ?? 0, ...limits);
  const high = Math.max(max ?? 1, ...limits);
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
