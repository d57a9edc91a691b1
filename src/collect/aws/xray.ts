import { BatchGetTracesCommand, GetTraceSummariesCommand, XRayClient } from '@aws-sdk/client-xray';
import { asObject, asText, type JsonObject } from '../../lib/json.ts';
import { emptyHarvest, type Harvest } from '../../snapshot/snapshot.ts';
import { readSegments } from '../../snapshot/traces.ts';
import { describeError } from '../describe-error.ts';
import { tracesHarvest } from '../traces.ts';

/** How X-Ray is asked. */
export interface XRayOptions {
  readonly now: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** The names of gateways' segments: `<mesh>/<resource>`. */
  readonly services: readonly string[];
  readonly signal: AbortSignal;
}

/** BatchGetTraces takes five ids a call. */
const idsACall = 5;
/** Of each gateway so many traces with a fault, and so many others, are fetched. */
const mostTraces = 100;
const mostPages = 20;
/** A trace retrieved or scanned costs $0.50 a million (list price of us-east-1). */
const priceOfOne = 0.0000005;
/** GetTraceSummaries takes a day at most. */
const longestMs = 24 * 3_600_000;
/** Answers that take longer are asked for as slow, in seconds: App Mesh's default time-out is 15. */
const slowSeconds = 5;

interface Tally {
  calls: number;
  scanned: number;
  retrieved: number;
  bytes: number;
}

/** Asks X-Ray for the traces of gateways: those with faults, errors, throttles or long answers, and a few others to compare with. */
export async function readXRay({ now, since, services, signal }: XRayOptions): Promise<Harvest> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  // Adaptive: a throttled call waits, and so do those after it.
  const client = new XRayClient({ maxAttempts: 5, retryMode: 'adaptive' });
  const tally: Tally = { calls: 0, scanned: 0, retrieved: 0, bytes: 0 };
  const to = Date.parse(now);
  const range = { StartTime: new Date(Math.max(since, to - longestMs)), EndTime: new Date(to) };
  try {
    const region = await client.config.region();
    const ids = new Set<string>();
    for (const service of services.length > 0 ? services : [null]) {
      for (const FilterExpression of filtersOf(service)) {
        for (const id of await summaries(client, { ...range, FilterExpression }, signal, tally)) ids.add(id);
      }
    }
    const segments = await segmentsOf(client, [...ids], signal, tally);
    const price = (tally.scanned + tally.retrieved) * priceOfOne;
    const hours = `${range.StartTime.toISOString()} to ${range.EndTime.toISOString()}`;
    const detail = `${ids.size} traces, ${segments.length} segments of ${hours}, about $${price.toFixed(5)}`;
    const cost = { calls: tally.calls, bytes: tally.bytes };
    return tracesHarvest(segments, `X-Ray ${region}`, now, {
      sources: [{ name: `X-Ray ${region}`, state: 'ok', detail, cost }],
    });
  } catch (error) {
    return failedHarvest(error, tally);
  } finally {
    client.destroy();
  }
}

/** Filter expressions (docs: X-Ray, "Use filter expressions"): what went wrong or slow by this service, then anything of it. */
function filtersOf(service: string | null): readonly string[] {
  const odd = `(fault = true OR error = true OR throttle = true OR responsetime > ${slowSeconds})`;
  if (service === null) return [odd];
  const named = `service("${service.replaceAll('"', '')}")`;
  return [`${named} AND ${odd}`, named];
}

async function summaries(
  client: XRayClient,
  input: { readonly StartTime: Date; readonly EndTime: Date; readonly FilterExpression: string },
  signal: AbortSignal,
  tally: Tally,
): Promise<readonly string[]> {
  const found: string[] = [];
  let NextToken: string | undefined;
  for (let page = 0; page < mostPages && found.length < mostTraces; page += 1) {
    tally.calls += 1;
    const answer = await client.send(new GetTraceSummariesCommand({ ...input, NextToken }), {
      abortSignal: signal,
    });
    tally.scanned += answer.TracesProcessedCount ?? answer.TraceSummaries?.length ?? 0;
    found.push(...(answer.TraceSummaries ?? []).flatMap(({ Id }) => Id ?? []));
    NextToken = answer.NextToken;
    if (NextToken === undefined) break;
  }
  return found.slice(0, mostTraces);
}

async function segmentsOf(
  client: XRayClient,
  ids: readonly string[],
  signal: AbortSignal,
  tally: Tally,
): Promise<readonly JsonObject[]> {
  const segments: JsonObject[] = [];
  for (let from = 0; from < ids.length; from += idsACall) {
    const TraceIds = ids.slice(from, from + idsACall);
    let NextToken: string | undefined;
    do {
      tally.calls += 1;
      const answer = await client.send(new BatchGetTracesCommand({ TraceIds, NextToken }), { abortSignal: signal });
      tally.retrieved += answer.Traces?.length ?? 0;
      for (const { Document } of (answer.Traces ?? []).flatMap(({ Segments }) => Segments ?? [])) {
        tally.bytes += Document?.length ?? 0;
        segments.push(...(readSegments(Document ?? '') ?? []));
      }
      NextToken = answer.NextToken;
    } while (NextToken !== undefined);
  }
  return segments;
}

function failedHarvest(error: unknown, { calls, bytes }: Tally): Harvest {
  const reason = describeError(error);
  const name = error instanceof Error ? error.name : '';
  const refused = /AccessDenied|UnauthorizedOperation|NotAuthorized/.test(name);
  const remedy = refused
    ? 'allow xray:GetTraceSummaries and xray:BatchGetTraces on * in the policy of the identity that runs this'
    : 'give a region and credentials as for the aws command, look at the way to X-Ray, or leave out --xray';
  const detail = `asked for traces: ${reason}; ${remedy}`;
  return {
    ...emptyHarvest,
    gaps: [{ missing: 'traces of X-Ray', reason, remedy }],
    sources: [{ name: 'X-Ray', state: 'failed', detail, cost: { calls, bytes }, trouble: 'not-seen' }],
  };
}

/** The names of gateways' segments, `<mesh>/<resource>`: of the Envoys that were read, and of the objects. */
export function segmentNames(harvests: readonly Harvest[]): readonly string[] {
  const nodes = harvests.flatMap(({ envoys }) =>
    envoys.flatMap(({ serverInfo, bootstrap }) => [
      serverInfo.state === 'not-read' ? '' : serverInfo.value.nodeId,
      bootstrap.state === 'not-read' ? '' : bootstrap.value.nodeId,
    ]),
  );
  const seen = nodes.flatMap((node) => {
    const match = /mesh\/([^/]+)\/virtual(?:Gateway|Node)\/([^/]+)$/.exec(node);
    return match ? [`${match[1]}/${match[2]}`] : [];
  });
  const asked = harvests.flatMap(({ objects }) =>
    objects.flatMap(({ ref, body, reported }) => {
      if (ref.kind !== 'VirtualGateway' || !reported) return [];
      const spec = asObject(body.spec);
      const mesh = asText(asObject(spec.meshRef).name);
      return mesh === undefined ? [] : [`${mesh}/${asText(spec.awsName) ?? `${ref.name}_${ref.namespace}`}`];
    }),
  );
  return [...new Set([...seen, ...asked])];
}
