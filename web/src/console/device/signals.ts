/** Which signals a chart shows, as they stand in the address: metrics of the page's device, or "device/metric" of others. */
export interface Signal {
  device: string;
  metric: string;
}

export const SIGNALS_MAX = 8;
/** As the server takes them. */
const METRIC = /^[\w.\-/:]{1,96}$/;
const DEVICE = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

export function signalsFrom(text: string, own: string): Signal[] {
  return [...new Set(text.split(','))].filter((part) => part !== '').slice(0, SIGNALS_MAX).flatMap((part) => {
    const slash = part.indexOf('/');
    if (slash >= 0 && !DEVICE.test(part.slice(0, slash))) return [];
    try {
      const metric = decodeURIComponent(part.slice(slash + 1));
      return METRIC.test(metric) ? [{ device: slash < 0 ? own : part.slice(0, slash), metric }] : [];
    } catch {
      return [];
    }
  }).filter((one, index, all) => all.findIndex((other) => same(one, other)) === index);
}

/** Whether all that stands there was read: what was not is said, and not left out without a word. */
export const isWhole = (text: string, own: string): boolean => new Set(text.split(',').filter((part) => part !== '')).size === signalsFrom(text, own).length;

export function signalsText(signals: Signal[], own: string): string {
  return signals.map(({ device, metric }) => `${device === own ? '' : `${device}/`}${encodeURIComponent(metric)}`).join(',');
}

export const same = (a: Signal, b: Signal): boolean => a.device === b.device && a.metric === b.metric;
export const signalKey = (one: Signal): string => `${one.device}/${one.metric}`;
