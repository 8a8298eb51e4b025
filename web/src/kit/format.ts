/** Numbers, times and units as people write them, by the language in use. Each is reactive through `intlLocale()`. */
import { intlLocale } from './i18n.svelte';

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function made<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(
  kind: string,
  options: object,
  make: (locale: string) => T,
): T {
  const key = `${kind}${intlLocale()}${JSON.stringify(options)}`;
  const there = cache.get(key);
  if (there) return there as T;
  const fresh = make(intlLocale());
  cache.set(key, fresh);
  return fresh;
}

export function number(value: number, options?: Intl.NumberFormatOptions): string {
  // As every language of ours writes it: most counts are such, and the first formatter of a page takes its time.
  if (options === undefined && Number.isInteger(value) && value >= 0 && value < 1000) return String(value);
  return made('n', options ?? {}, (locale) => new Intl.NumberFormat(locale, options)).format(value);
}

/** A measured value: about four significant figures, never an exponent for what is usual. */
export function value(measured: number): string {
  const size = Math.abs(measured);
  if (size !== 0 && (size >= 1e9 || size < 1e-4)) return number(measured, { notation: 'scientific', maximumFractionDigits: 2 });
  const digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3;
  return number(measured, { maximumFractionDigits: digits });
}

/** Units as they are written: the API's names beside what stands behind a number. */
const UNITS: Record<string, string> = {
  C: '°C', Cel: '°C', celsius: '°C', degC: '°C', F: '°F', K: 'K', percent: '%', '%RH': '%', ratio: '',
  ohm: 'Ω', kohm: 'kΩ', uA: 'µA', us: 'µs', m2: 'm²', m3: 'm³', 'm3/h': 'm³/h', 'W/m2': 'W/m²', deg: '°',
};

export function unit(name: string | null | undefined): string {
  return name ? (UNITS[name] ?? name) : '';
}

/** "23.2 °C"; a narrow no-break space keeps them on one line. */
export function quantity(measured: number, name?: string | null): string {
  const sign = unit(name);
  return sign === '' ? value(measured) : `${value(measured)}\u202f${sign}`;
}

export function bytes(count: number): string {
  const step = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(count, 1)) / 3)));
  const names = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  return number(count / 1000 ** step, { style: 'unit', unit: names[step], maximumFractionDigits: step === 0 ? 0 : 1 });
}

export function percent(ratio: number): string {
  return number(ratio, { style: 'percent', maximumFractionDigits: 1 });
}

const DATE_TIME = { dateStyle: 'medium', timeStyle: 'short' } as const;
const EXACT = { dateStyle: 'medium', timeStyle: 'long' } as const;

/** A time in the words that these options ask for. */
export function inWords(at: string | number | Date, options: Intl.DateTimeFormatOptions): string {
  return made('d', options, (locale) => new Intl.DateTimeFormat(locale, options)).format(new Date(at));
}

export const date = (at: string | number | Date): string => inWords(at, { dateStyle: 'medium' });

export const time = (at: string | number | Date): string => inWords(at, { timeStyle: 'medium' });

export const dateTime = (at: string | number | Date): string => inWords(at, DATE_TIME);

const TO_THE_SECOND = { dateStyle: 'medium', timeStyle: 'medium' } as const;
const MINUTES_TELL_S = 600;

/** A time of a span: where minutes would not tell one from the next, to the second. */
export const dateTimeIn = (at: string | number | Date, spanS: number): string => inWords(at, spanS < MINUTES_TELL_S ? TO_THE_SECOND : DATE_TIME);

/** To the second and with the zone: for titles and records. */
export const exact = (at: string | number | Date): string => inWords(at, EXACT);

/** What lies this little ahead has happened already. */
const SKEW_S = 5;

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['second', 60], ['minute', 60], ['hour', 24], ['day', 30], ['month', 12], ['year', Infinity],
];

/** "now", "2 sec. ago", "in 3 days". `now` comes from kit/clock, so that it ticks. */
export function relative(at: string | number | Date, now: number): string {
  let amount = (new Date(at).getTime() - now) / 1000;
  // Clocks differ a little, and ours ticks once a second: what has just happened is not yet to come.
  if (amount > 0 && amount < SKEW_S) amount = -0;
  for (const [name, size] of STEPS) {
    const count = Math.round(amount);
    if (Math.abs(count) < size) {
      // "3 m" of Spanish are months and minutes both.
      const style = name === 'month' || name === 'year' ? 'long' : 'narrow';
      const options = { numeric: count === 0 ? 'auto' : 'always', style } as const;
      return made('r', options, (locale) => new Intl.RelativeTimeFormat(locale, options)).format(count || -0, name);
    }
    amount /= size;
  }
  return '';
}

/** "1 h 20 min": the two largest units. */
export function duration(seconds: number): string {
  // The narrow form of Spanish leaves out the space that the sign of a unit has before it.
  const narrow = intlLocale().startsWith('en') ? 'narrow' : 'short';
  const parts: string[] = [];
  let rest = Math.round(Math.abs(seconds));
  for (const [name, size] of [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]] as const) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(number(count, { style: 'unit', unit: name, unitDisplay: name === 'day' ? 'short' : narrow }));
    if (parts.length === 2) break;
  }
  return parts.join(' ') || number(0, { style: 'unit', unit: 'second', unitDisplay: narrow });
}
