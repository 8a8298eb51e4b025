/** All that failed in a job, page by page: as lines of a file, so that what was read need not be kept as it came. */
import type { Page_JobFailure } from '$api/types';
import { api } from '$kit/api';
import { csv } from '$kit/files';

export const PAGE = 500;
/** A job has no more devices than these: whatever goes on beyond them is no list. */
const FAILED_MAX = 10_000;

/** `told` hears how many are there after each page. */
export async function failuresFile(job: string, told: (count: number) => void, signal: AbortSignal): Promise<Blob> {
  const parts = [csv([['device', 'serial', 'status', 'reason']])];
  let count = 0;
  for (let after: string | null | undefined = null; after !== undefined && count < FAILED_MAX;) {
    const { items, next }: Page_JobFailure = await api.get('/jobs/{job}/failures', { params: { job }, query: { limit: PAGE, after }, signal });
    if (items.length > 0) parts.push(csv(items.map((one) => [one.device, one.serial, one.status, one.text])));
    count += items.length;
    told(count);
    after = next ?? undefined;
  }
  return new Blob(parts, { type: 'text/csv;charset=utf-8' });
}
