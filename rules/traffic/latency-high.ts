import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { overLogs } from '../../src/diagnose/over-logs.ts';
import { impactOf, logEvidence } from '../../src/model/traffic.ts';

/** Fewer answers say nothing of one in a hundred. */
const leastAnswers = 500;
const nearTimeout = 0.8;

export default defineRule({
  id: 'latency-high',
  title: 'Answers take almost as long as the time-out allows',
  severity: 'warning',
  needs: anyOf('logs'),
  explains: ['client-disconnects'],
  docs: {
    what: 'A route whose slowest hundredth of answers (p99) takes more than 80 % of its time-out, by at least 500 logged answers. Streams, and requests whose client left, are left out; a route without time-out is not judged.',
    why: 'A little more load, and these requests fail with 504.',
    fix: 'Make the target quicker or its pods more; a longer time-out has to stand in GatewayRoute, router and node.',
    seen: 'DURATION in the access log near 15000 ms, the time-out App Mesh gives where none is set; then 504 UT.',
  },
  subjects: (model) => model.gateways,
  *check(model) {
    yield* overLogs(model, function* (gateway, view) {
      for (const { label, ref, place, timeoutMs, answered, p50Ms, p99Ms } of view.routes) {
        if (timeoutMs === null || p99Ms === null || answered < leastAnswers) continue;
        if (p99Ms <= timeoutMs * nearTimeout) continue;
        const slow = Math.max(1, Math.round(answered / 100));
        yield finding(gateway, {
          message: `One in a hundred answers of ${label} takes ${seconds(p99Ms)} or more; its time-out is ${seconds(timeoutMs)}.`,
          effect: 'traffic',
          evidence: [logEvidence(place, { label, answered, p50Ms, p99Ms, timeoutMs }, `p99 of ${answered} answers`)],
          cause:
            (p50Ms ?? 0) > timeoutMs / 2
              ? 'Half of all answers are slow: the target has too much to do, or waits itself.'
              : `Half of all answers take ${seconds(p50Ms ?? 0)} at most: some requests, or one of several pods, are slow.`,
          fix: [
            {
              say: 'Look at what the slow requests ask for and at the pods behind the route.',
              restarts: 'nothing',
              works: 'now',
            },
          ],
          discriminator: label,
          affects: ref ? [ref] : [],
          impact: impactOf(view, slow),
        });
      }
    });
  },
});

function seconds(ms: number): string {
  return ms >= 1000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms)} ms`;
}
