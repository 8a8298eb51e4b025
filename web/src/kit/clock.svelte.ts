/** One clock for every relative time on the page: it ticks each second, and not at all while the page is hidden. */
let now = $state(Date.now());
let timer: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  now = Date.now();
}

function follow(): void {
  clearInterval(timer);
  if (document.hidden) return;
  tick();
  timer = setInterval(tick, 1000);
}

document.addEventListener('visibilitychange', follow);
follow();

/** Milliseconds since 1970, reactive. */
export function clock(): number {
  return now;
}
