import { compileFormat } from '../../collect/access-log/formats.ts';
import type { Model } from '../../model/model.ts';
import type { LoggedClass, LogsDocument, Unprinted } from '../../report/logs-document.ts';
import { causeOf } from '../../traffic/cause.ts';
import { servedOf, type Traffic, type TrafficClass } from '../../traffic/traffic.ts';
import type { PositionOf } from '../objects.ts';
import { explainClass, explainedText } from './explain-class.ts';
import { GatewayLogs, mostClasses, timeOf } from './gateway-logs.ts';
import { nameOf } from './gateway-name.ts';
import { type LogsOptions, wanted } from './options.ts';
import { fileLogs, onlyGateway, type SourceLog } from './sources.ts';

/** Reads logs and tells which classes of requests there are, how they end and why. */
export async function readLogs(
  model: Model,
  options: LogsOptions,
  position: PositionOf,
  pods: readonly SourceLog[],
): Promise<LogsDocument> {
  const { files, gateway, since, until } = options;
  const named = gateway === null ? [] : [gateway];
  const all = [...fileLogs(model, files, named), ...pods];
  const decider = model.gateways.find((one) => gateway !== null && [one.ref.name, nameOf(one)].includes(gateway));
  const wrote = new Set(pods.map((one) => one.gateway));
  const [only = null] = wrote.size === 1 ? wrote : [];
  const several = wrote.size > 1 ? [`logs of ${wrote.size} gateways: name one (vgw/NAME) to have its routes told`] : [];
  const gathered = new GatewayLogs(model, decider ?? only ?? onlyGateway(model, named), options);
  const sources: LogsDocument['sources'][number][] = [];
  for (const { log } of all) sources.push(await gathered.read(log));
  const { tally } = gathered.sink;
  const { traffic } = gathered.end();
  const minutes = traffic.covered ? Math.max(1, traffic.covered.to - traffic.covered.from) / 60_000 : null;
  const served = servedOf(traffic.classes);
  const classes = traffic.classes
    .filter((one) => wanted(options, one))
    .map((one): LoggedClass => {
      const failing = one.status >= 400 || one.status === 0 || one.flag !== '-';
      return {
        ...toldOf(one),
        perMinute: minutes === null ? null : Math.round((one.count / Math.max(minutes, 1)) * 100) / 100,
        explanation: failing ? explanationOf(model, one, options, position) : null,
        served: failing ? served(one) : null,
      };
    });
  return {
    schemaVersion: 1,
    ...tally,
    requests: traffic.requests,
    bytes: traffic.bytes,
    window: {
      asked: since === null && until === null ? null : { from: timeOf(since), to: timeOf(until) },
      covered: traffic.covered && { from: timeOf(traffic.covered.from), to: timeOf(traffic.covered.to) },
    },
    byStatusFlag: traffic.byStatusFlag,
    rates: traffic.rates,
    classes,
    notes: [...several, ...notesOf(options, traffic, tally.parsed)],
    sources,
  };
}

/** A class without what serves to explain it. */
function toldOf(one: TrafficClass): Omit<TrafficClass, Unprinted> {
  const { example: _, hop: _hop, refs: _refs, cluster: _cluster, otherCluster: _other, ...told } = one;
  const { contradiction: _contradiction, traceIds: _traces, ...rest } = told;
  return rest;
}

function explanationOf(model: Model, one: TrafficClass, options: LogsOptions, position: PositionOf): string | null {
  const why = causeOf(one);
  const explained = explainClass(model, one, options, position);
  const more = explained && explainedText(explained);
  return why !== null && more !== null ? `${why}; ${more}` : (why ?? more);
}

function notesOf({ format }: LogsOptions, { classes }: Traffic, parsed: number): readonly string[] {
  const notes: string[] = [];
  if (format !== null && compileFormat(format) === null)
    notes.push('--log-format tells nothing of a request, or stands on several lines: it was not used');
  if (classes.some(({ path }) => path === '(other)'))
    notes.push(`more than ${mostClasses} classes: the rest is told together as (other)`);
  const examples = classes.flatMap(({ example }) => (example ? [example] : []));
  if (parsed > 0 && examples.every(({ outer }) => outer.flag === null))
    notes.push('the log holds no response flags: who answered is told by what else it holds');
  if (examples.length > 0 && examples.every(({ outer }) => outer.requestId === null && outer.upstream === null))
    notes.push(
      'the log holds neither request id nor upstream: the two lines of a self-redirecting gateway are not joined',
    );
  return notes;
}
