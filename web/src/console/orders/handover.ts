/** A maker's hand-over file, looked at before it is sent: what is wrong with it is said in words, without a way to the server. */
import type { RegistryImport } from '$api/types';

export type Fault = 'large' | 'json' | 'shape' | 'order' | 'empty';

/** The server takes no larger body. */
const BYTES_MAX = 32 * 1024 * 1024;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

export async function read(file: File): Promise<RegistryImport | Fault> {
  if (file.size > BYTES_MAX) return 'large';
  let found: unknown;
  try {
    found = JSON.parse(await file.text());
  } catch {
    return 'json';
  }
  if (!isRecord(found)) return 'shape';
  // The order alone is written beside it, under nearly the same name.
  if (!isRecord(found.maker) && 'statement' in found) return 'order';
  if (!isRecord(found.maker) || !isRecord(found.order) || !Array.isArray(found.devices)) return 'shape';
  if (!found.devices.every((one) => isRecord(one) && typeof one.device === 'string' && typeof one.voucher === 'string')) return 'shape';
  return found.devices.length === 0 ? 'empty' : (found as unknown as RegistryImport);
}
