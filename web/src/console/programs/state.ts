/** How a key stands. An end is said early enough to make a successor before it. */
import type { Key } from '$api/types';

export type KeyState = 'valid' | 'expiring' | 'expired' | 'revoked';

const WARN_MS = 14 * 86_400_000;

export function keyState(key: Key, now: number): KeyState {
  if (key.revoked_at) return 'revoked';
  if (!key.expires_at) return 'valid';
  const left = new Date(key.expires_at).getTime() - now;
  return left <= 0 ? 'expired' : left < WARN_MS ? 'expiring' : 'valid';
}

export const works = (state: KeyState): boolean => state === 'valid' || state === 'expiring';

/** Keys that belong to no service account stand under this name in the address. */
export const NO_ACCOUNT = 'none';
