import type { Model } from '../../../model/model.ts';
import type { ExplainRequest } from '../../../routing/explained.ts';
import type { Decision } from '../../../routing/match/decision.ts';
import { pathShape } from '../../../snapshot/path-shape.ts';
import { tellingLine } from '../../../traffic/request.ts';
import { explainAll } from '../../explain.ts';
import type { PositionOf } from '../../objects.ts';
import type { ExplainResult } from '../../protocol.ts';
import { requestOfLine } from '../../request-of-line.ts';
import type { LiveExample } from './live-logs.ts';

/**
 * The way of one request of a class. What is told is a request of the same shape that is decided alike: the one that was
 * logged may name a person.
 */
export function explainLive(model: Model, { gateway, one }: LiveExample, position: PositionOf): ExplainResult {
  const { example } = one;
  if (!example)
    return { trouble: 'these requests are told together: there is not one that stands for them', explained: [] };
  const { status, flag } = tellingLine(example);
  const logged = requestOfLine({ ...example.outer, status, flag });
  const ask = (request: ExplainRequest): ExplainResult =>
    explainAll(model, { requests: [request], gateway, envoyVersion: null }, position);
  const real = ask(logged);
  const [truth] = real.explained;
  if (!truth || 'error' in truth || logged.target === null) return real;
  const shape = pathShape(logged.target);
  for (const target of [shape.replaceAll(':id', '1'), shape]) {
    const shown = ask({ ...logged, target, url: `${logged.authority ?? ''}${target}` });
    const [told] = shown.explained;
    if (told && !('error' in told) && wayText(told.decision) === wayText(truth.decision)) return shown;
  }
  return {
    trouble: 'no request like it can be shown without what may name a person: paste its line (e)',
    explained: [],
  };
}

/** What decided a request, without the request. */
function wayText({ outcome, hops, status, cluster, candidates }: Decision): string {
  const passes = hops.map(({ listener, virtualHost, route }) => [listener, virtualHost, route?.pointer]);
  return JSON.stringify([outcome, status, cluster, passes, candidates.map(wayText)]);
}
