import type { Metrics } from '../export/metrics.ts';
import { aheadText, type ToldClock } from '../lib/clock.ts';
import type { Log } from './log.ts';

/** Tells how far the own clock is from that of the API server, and says when it is wrong and when it is right again. */
export function makeClockWatch(clock: ToldClock, metrics: Pick<Metrics, 'set'>, log: Log): () => void {
  let wrong = false;
  return () => {
    const ahead = clock.aheadMs();
    if (ahead === null) return;
    metrics.set('agent.clock.skew', Math.abs(ahead) / 1000, {});
    const now = clock.wrongByMs() !== 0;
    if (now === wrong) return;
    wrong = now;
    const seconds = Math.round(ahead / 1000);
    if (now)
      log({
        level: 'warning',
        event: 'clock',
        aheadSeconds: seconds,
        reason: `the clock of this machine is ${aheadText(ahead)} of the API server's: times that the agent writes are wrong`,
      });
    else log({ level: 'info', event: 'clock', aheadSeconds: seconds });
  };
}
