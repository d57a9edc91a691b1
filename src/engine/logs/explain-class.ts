import type { Model } from '../../model/model.ts';
import { nearestRefusal } from '../../report/terminal/explain/nearest.ts';
import type { TrafficClass } from '../../traffic/traffic.ts';
import { tellingLine } from '../../traffic/request.ts';
import { explainAll } from '../explain.ts';
import { contradiction } from '../logged.ts';
import type { PositionOf } from '../objects.ts';
import { requestOfLine } from '../request-of-line.ts';
import type { LogsOptions } from './options.ts';

/** What the configuration says of requests that no route or no cluster takes; one of the three is there. */
export interface ClassExplained {
  /** Where it contradicts the log: nothing else is told then. */
  readonly contradicted: string | null;
  readonly why: string | null;
  /** The nearest route, and the clause that refused. */
  readonly nearest: string | null;
}

/** What the configuration adds to the cause of a class without route or cluster; null: nothing. */
export function explainClass(
  model: Model,
  { example, flag }: Pick<TrafficClass, 'example' | 'flag'>,
  { gateway, envoyVersion }: Pick<LogsOptions, 'gateway' | 'envoyVersion'>,
  position: PositionOf,
): ClassExplained | null {
  if (!example || !flag.split(',').some((one) => one === 'NR' || one === 'NC')) return null;
  const { status, flag: logged } = tellingLine(example);
  const request = requestOfLine({ ...example.outer, status, flag: logged });
  const [explained] = explainAll(model, { requests: [request], gateway, envoyVersion }, position).explained;
  if (!explained || 'error' in explained) return null;
  const contradicted = contradiction(explained.decision, { status, flag: logged });
  if (contradicted) return { contradicted, why: null, nearest: null };
  const { why } = explained.decision;
  // Where a route took it and its cluster is not there, those that did not take it tell nothing.
  const nearest = explained.decision.outcome === 'no-cluster' ? null : nearestRefusal(explained);
  return why === null && nearest === null ? null : { contradicted: null, why, nearest };
}

/** The same in one line. */
export function explainedText({ contradicted, why, nearest }: ClassExplained): string {
  const said = [contradicted, why, nearest].filter((text) => text !== null);
  return [...new Set(said)].join('; ');
}
