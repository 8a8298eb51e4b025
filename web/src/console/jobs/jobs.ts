/** Long work: what is running, and what may be done about it. */
import type { Job, JobState } from '../common/contract';

export const POLL_MS = 1500;
export const STATES: JobState[] = ['waiting', 'running', 'stopping', 'stopped', 'done'];
export const isOver = (job: Job): boolean => job.state === 'done' || job.state === 'stopped';

/** Seconds that are left at the pace so far; null while there is none. */
export function leftS(job: Job, now: number): number | null {
  const past = (now - Date.parse(job.created_at)) / 1000;
  return job.done > 0 && past > 3 && !isOver(job) ? ((job.total - job.done) * past) / job.done : null;
}
