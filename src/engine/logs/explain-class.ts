import type { Model } from '../../model/model.ts';
import { nearestRefusal } from '../../report/terminal/explain/pass.ts';
import type { TrafficClass } from '../../traffic/traffic.ts';
import { tellingLine } from '../../traffic/request.ts';
import { explainAll } from '../explain.ts';
import { contradiction } from '../logged.ts';
import type { PositionOf } from '../objects.ts';
import { requestOfLine } from '../request-of-line.ts';
import type { LogsOptions } from './options.ts';

/** What the configuration adds to a class's cause: the nearest route of a 404, where it contradicts the log; null: nothing. */
export function explainClass(
  model: Model,
  { example, flag }: TrafficClass,
  { gateway, envoyVersion }: Pick<LogsOptions, 'gateway' | 'envoyVersion'>,
  position: PositionOf,
): string | null {
  if (!example || !flag.split(',').some((one) => one === 'NR' || one === 'NC')) return null;
  const { status, flag: logged } = tellingLine(example);
  const request = requestOfLine({ ...example.outer, status, flag: logged });
  const [explained] = explainAll(model, { requests: [request], gateway, envoyVersion }, position).explained;
  if (!explained || 'error' in explained) return null;
  const contradicted = contradiction(explained.decision, { status, flag: logged });
  if (contradicted) return contradicted;
  const said = [explained.decision.why, nearestRefusal(explained)].filter((text) => text !== null);
  return said.length === 0 ? null : [...new Set(said)].join('; ');
}
