/** Long work: what is running, and what may be done about it. */
import type { Job } from '$api/types';

export const POLL_MS = 1500;
export const STATES = ['waiting', 'running', 'stopping', 'stopped', 'done'] as const;
export const isOver = (job: Job): boolean => job.state === 'done' || job.state === 'stopped';

/** The server counts what went well and what failed apart. */
export const touched = (job: Job): number => job.done + job.failed;

/** Seconds that are left at the pace so far; null while there is none. */
export function leftS(job: Job, now: number): number | null {
  const past = (now - Date.parse(job.created_at)) / 1000;
  return touched(job) > 0 && past > 3 && !isOver(job) ? ((job.total - touched(job)) * past) / touched(job) : null;
}
