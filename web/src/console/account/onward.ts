/** The way to an identity provider and back. The server sends whoever comes back to `/`; where they were going is kept here. */
import { keep, kept } from '$kit/storage';

const FRESH_MS = 10 * 60_000;
/** A page of this server alone, as the browser reads it: it drops tabs and new lines from an address before it looks at it. */
export function isLocal(next: string): boolean {
  if (!next.startsWith('/') || /[\\\p{Cc}]/u.test(next) || !URL.canParse(next, location.origin)) return false;
  const { origin, pathname } = new URL(next, location.origin);
  return origin === location.origin && !/^\/(?:api|oauth|oidc|crl)(?:\/|$)/.test(pathname);
}

/** Leaves for the provider. Which one it was is kept for the next sign-in in this browser; it says nothing of who. */
export function away(url: string, { provider, next }: { provider?: string | null; next?: string | null } = {}): void {
  if (provider) keep('provider', provider);
  keep('onward', next ? `${Date.now()} ${next}` : null);
  location.assign(url);
}

/** The provider that the address names, or that was used here before. */
export function lastProvider(): string | null {
  return new URLSearchParams(location.search).get('provider') ?? kept('provider');
}

/** Where somebody was on the way to when they left, once. */
export function onward(): string | null {
  const [at = '', next = ''] = kept('onward')?.split(' ') ?? [];
  keep('onward', null);
  return Date.now() - Number(at) < FRESH_MS && isLocal(next) ? next : null;
}
