import type { SeenProcessLines } from '../../snapshot/access-log/traffic-view.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { Gateway } from '../gateway.ts';
import type { Model } from '../model.ts';
import { logEvidence, processLines, trafficOf } from '../traffic.ts';
import { lastStat, type Reading } from './counters.ts';
import type { Envoy } from './envoy.ts';

/** `grpc.<prefix>.streams_closed_<code>` of the client that asks for the configuration; App Mesh's bootstrap calls it `ads`. */
const counter = /^grpc\.(?:ads|xds)\.streams_closed_(\d+)$/;

/** The counters of streams closed with a code other than 0, as they were read last. */
export function closings({
  stats,
}: Envoy): readonly { readonly name: string; readonly code: string; readonly ever: Reading }[] {
  const names = stats.state === 'not-read' ? [] : [...(stats.value.at(-1)?.values.keys() ?? [])];
  return names.flatMap((name) => {
    const code = counter.exec(name)?.[1];
    const ever = lastStat(stats, name);
    return code === undefined || code === '0' || !ever ? [] : [{ name, code, ever }];
  });
}

/** Lines of Envoy's own log that tell of closed streams, of one gRPC status code. */
export interface ClosingLine {
  readonly code: string;
  readonly lines: SeenProcessLines;
  readonly evidence: Evidence;
}

/** What Envoy's own log says of closed streams; code 0 is health. */
export function closingLines(model: Pick<Model, 'traffic'>, gateway: Gateway): readonly ClosingLine[] {
  const logs = trafficOf(model, gateway);
  if (logs.state === 'not-read') return [];
  return processLines(logs.value, 'stream-closed').flatMap((lines) => {
    const { code, place, text, count, firstSeen, lastSeen } = lines;
    if (code === null || code === '0') return [];
    return [{ code, lines, evidence: logEvidence(place, { text, count, firstSeen, lastSeen }, text, 'envoy-log') }];
  });
}
