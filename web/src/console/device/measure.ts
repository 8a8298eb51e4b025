/** Measured values as people write them: bytes in steps of a thousand, states as words, numbers with their unit. */
import { unit, value } from '$kit/format';
import { t } from '$kit/i18n.svelte';

const STEPS: [number, string][] = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']];

/** By what a series is divided, and what is then written behind it. */
export function scaled(name: string | null | undefined, largest: number): { by: number; unit: string } {
  if (name === 'B' || name === 'B/s' || name === 'W' || name === 'Wh' || name === 'Hz') {
    const step = STEPS.find(([size]) => Math.abs(largest) >= size);
    if (step) return { by: step[0], unit: `${step[1]}${name}` };
  }
  return { by: 1, unit: unit(name) };
}

export function measured(found: unknown, name: string | null | undefined): { value: string; unit: string } {
  if (typeof found === 'boolean') return { value: t(found ? 'device-yes' : 'device-no'), unit: '' };
  if (typeof found !== 'number') return { value: found === null || found === undefined ? '–' : String(found), unit: '' };
  const { by, unit: sign } = scaled(name, found);
  return { value: value(found / by), unit: sign };
}

/** "−40 – 85 °C"; nothing where no limits are declared. */
export function limits(range: { min: number; max: number } | null | undefined, name: string | null | undefined): string {
  if (!range) return '';
  const { by, unit: sign } = scaled(name, Math.max(Math.abs(range.min), Math.abs(range.max)));
  return `${value(range.min / by)} … ${value(range.max / by)}${sign === '' ? '' : `\u202f${sign}`}`;
}
