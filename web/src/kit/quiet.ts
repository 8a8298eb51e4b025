/** What nobody waits for goes when no answer is open that somebody waits for, or after a while. */
const REST_MS = 100;
const WAIT_MS_MAX = 3000;

const open = new Set<Promise<unknown>>();

/** While an answer is waited for. */
export async function waited<T>(answer: Promise<T>): Promise<T> {
  open.add(answer);
  try {
    return await answer;
  } finally {
    open.delete(answer);
  }
}

export async function quiet(): Promise<void> {
  const since = Date.now();
  do await new Promise((done) => setTimeout(done, REST_MS));
  while (open.size > 0 && Date.now() - since < WAIT_MS_MAX);
}
