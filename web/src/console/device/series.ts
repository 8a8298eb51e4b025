/** Asks for the readings of a span, reduced by the server to as many buckets as there are pixels. */
import type { Buckets } from '$api/types';
import { request } from '$kit/api';
import { fromJson, unpacked, type Columns } from './buckets';

const BINARY = 'application/vnd.fieldkeep.buckets';

export interface Window {
  from: number;
  to: number;
  px: number;
}

const iso = (seconds: number): string => new Date(Math.round(seconds * 1000)).toISOString();

function query(metric: string, { from, to, px }: Window): Record<string, unknown> {
  return { metric, from: iso(from), to: iso(to), px };
}

export async function buckets(device: string, metric: string, window: Window, signal: AbortSignal): Promise<Columns> {
  const answer = await request('GET', '/devices/{device}/buckets', { params: { device }, query: query(metric, window), signal, accept: `${BINARY}, application/json;q=0.5` });
  return answer.headers.get('Content-Type')?.startsWith(BINARY) ? unpacked(await answer.arrayBuffer()) : fromJson((await answer.json()) as Buckets);
}
