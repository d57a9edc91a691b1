import { setTimeout as sleep } from 'node:timers/promises';

/** Waits so many milliseconds, or until the signal; never throws. */
export async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds <= 0 || signal.aborted) return;
  await sleep(milliseconds, undefined, { signal }).catch(() => {});
}
