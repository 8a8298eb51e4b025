/** What people paste: labels, ids and serials, any of them, one after the other. */
import type { Device } from '$api/types';

export interface Wanted {
  /** As it was written. */
  text: string;
  device?: Device;
  /** A label proves more than an id: its secret goes along. */
  label?: string;
  fault?: 'unknown' | 'ambiguous' | 'label' | 'taken' | 'yours' | 'twice' | 'over';
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
export const LINES_MAX = 10_000;

/** The id in a label `FK1:<device>:<secret>`; null where it is none. */
export function labelDevice(text: string): string | null {
  const [scheme, device, secret, more] = text.trim().toUpperCase().split(':');
  if (scheme !== 'FK1' || device?.length !== 26 || secret?.length !== 26 || more !== undefined) return null;
  let bits = 0n;
  for (const letter of device) {
    const at = BASE32.indexOf(letter);
    if (at < 0) return null;
    bits = (bits << 5n) | BigInt(at);
  }
  const hex = (bits >> 2n).toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export const lines = (text: string): string[] => text.split(/[\s,;]+/).filter((line) => line !== '').slice(0, LINES_MAX);

/** A device that may not be seen yet, by its id. */
const unseen = (id: string): Device => ({ id, serial: id.slice(0, 8), model: '', state: 'made', maker: '', order: '', made_at: '', owner_epoch: 0, freshness: 'never' });

/** Finds what was pasted among the devices that may be seen. */
export function resolve(texts: string[], devices: Device[], organization: string): Wanted[] {
  const byId = new Map(devices.map((one) => [one.id, one]));
  const bySerial = new Map<string, Device[]>();
  for (const one of devices) bySerial.set(one.serial.toLowerCase(), [...(bySerial.get(one.serial.toLowerCase()) ?? []), one]);
  const seen = new Set<string>();
  return texts.map((text): Wanted => {
    const isLabel = /^fk\d*:/i.test(text);
    const id = isLabel ? labelDevice(text) : ID.test(text) ? text.toLowerCase() : null;
    if (isLabel && id === null) return { text, fault: 'label' };
    const found = id === null ? (bySerial.get(text.toLowerCase()) ?? []) : [byId.get(id)].filter((one) => one !== undefined);
    if (found.length > 1) return { text, fault: 'ambiguous' };
    // Whoever claims for an organization sees its own devices alone: a device that has an id here is the server's to judge.
    const device = found[0] ?? (id === null ? undefined : unseen(id));
    if (!device) return { text, fault: 'unknown' };
    const label = isLabel ? { label: text.toUpperCase() } : {};
    if (seen.has(device.id)) return { text, device, fault: 'twice' };
    seen.add(device.id);
    if (device.state === 'retired') return { text, device, fault: 'over' };
    // A revoked one comes back by a new claim.
    if (device.state === 'revoked') return { text, device, ...label };
    if (device.organization === organization && device.state !== 'made') return { text, device, fault: 'yours' };
    if (device.state !== 'made' && device.state !== 'claiming') return { text, device, ...label, fault: 'taken' };
    return { text, device, ...label };
  });
}
