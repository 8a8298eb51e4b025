/**
 * One clock for every relative time on the page: the server's. Whatever has an age was dated by the server or by devices that
 * it set, so a device whose own clock is wrong shows the same as any other. It ticks each second, and not at all while the
 * page is hidden.
 */
import { skewed } from './skew';

/** Below this nobody needs to be told. */
const WRONG_MS = 60_000;

let ahead = $state(0);
let now = $state(Date.now());
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  now = serverNow();
}

function follow(): void {
  clearInterval(timer);
  if (document.hidden) return;
  tick();
  timer = setInterval(tick, 1000);
}

document.addEventListener('visibilitychange', follow);
follow();

/** The server's time in milliseconds since 1970, reactive. */
export function clock(): number {
  return now;
}

/** The same, as it is at this moment and not reactive: where something is dated or compared once. */
export function serverNow(): number {
  return Date.now() + ahead;
}

/** An answer of the server that was asked for at `sent`, by this device's clock. Call it before anything is dated. */
export function heard(answer: Response, sent: number): void {
  const found = skewed(ahead, answer.headers.get('Date'), sent, Date.now());
  if (found === ahead) return;
  ahead = found;
  tick();
}

/** How far this device is behind the server in ms, ahead where negative; null while that is nothing to speak of. Reactive. */
export function wrongBy(): number | null {
  return Math.abs(ahead) > WRONG_MS ? ahead : null;
}
