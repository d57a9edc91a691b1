import type { Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import { trafficOf } from '../model/traffic.ts';
import type { TrafficView } from '../snapshot/access-log/traffic-view.ts';
import { notEvaluated, type Outcome } from './rule.ts';

/** What a rule says of each gateway whose logs were read; of the others it says that they were not. */
export function* overLogs(
  model: Model,
  judge: (gateway: Gateway, view: TrafficView) => Iterable<Outcome>,
): Iterable<Outcome> {
  for (const gateway of model.gateways) {
    const logs = trafficOf(model, gateway);
    if (logs.state === 'not-read') yield notEvaluated(gateway, logs.gap);
    else yield* judge(gateway, logs.value);
  }
}
