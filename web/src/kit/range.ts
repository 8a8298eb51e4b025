/** Spans of time as they stand in an address: "24h" is up to now, "2026-11-01T00:00Z~2026-11-02T00:00Z" is just that one. */
const UNITS = { m: 60, h: 3600, d: 86400, w: 604800, y: 31_536_000 } as const;

/** Seconds since 1970. */
export interface TimeRange {
  from: number;
  to: number;
  /** It ends now, and moves with the time. */
  live: boolean;
}

/** 9999-12-31: what comes after has no time that everybody writes the same. */
const LATEST_S = 253_402_214_400;

/** So many of a unit, up to now. */
export const RELATIVE = /^(\d{1,4})([mhdwy])$/;

export function rangeFrom(text: string, now: number): TimeRange | null {
  const relative = RELATIVE.exec(text);
  if (relative) {
    const seconds = Number(relative[1]) * UNITS[relative[2] as keyof typeof UNITS];
    return seconds > 0 ? { from: Math.max(0, now / 1000 - seconds), to: now / 1000, live: true } : null;
  }
  const [from, to] = text.split('~').map((part) => Date.parse(part) / 1000);
  return from !== undefined && to !== undefined && from >= 0 && from < to && to <= LATEST_S ? { from, to, live: false } : null;
}

/** An absolute span, to the second. */
export function rangeText(from: number, to: number): string {
  const iso = (at: number): string => new Date(Math.round(at) * 1000).toISOString().replace('.000', '');
  return `${iso(from)}~${iso(to)}`;
}

/** "24 h" for "24h"; of all its units the year alone has another letter elsewhere. */
export const rangeName = (text: string, year: string): string => text.replace(/^(\d+)([a-z])$/, (_, count: string, unit: string) => `${count}\u202f${unit === 'y' ? year : unit}`);

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A little room at the right of what was read last. */
const ROOM = 0.03;

/**
 * The span to begin with, so that a chart opens on where the data is: an hour for what is of today, a day, a week for what is
 * older; for what fell silent more than a day ago, the last day that has readings.
 */
export function spanFor(metrics: readonly { from?: string | null | undefined; to?: string | null | undefined }[], now: number): string {
  const times = (pick: 'from' | 'to'): number[] => metrics.flatMap((one) => (one[pick] ? [Date.parse(one[pick])] : []));
  const first = Math.min(...times('from'));
  const last = Math.max(...times('to'));
  if (!Number.isFinite(last)) return '24h';
  const known = Number.isFinite(first);
  if (now - last > DAY) {
    const span = Math.min(DAY, Math.max(HOUR, known ? last - first : DAY));
    return rangeText((last - span) / 1000, (last + span * ROOM) / 1000);
  }
  const age = known ? now - first : DAY;
  return age < 6 * HOUR ? '1h' : age < 3 * DAY ? '24h' : '7d';
}
