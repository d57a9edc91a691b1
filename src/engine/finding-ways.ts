import { memoize } from '../lib/memo.ts';
import type { Model } from '../model/model.ts';
import type { ReportDocument, ReportFinding, ReportWay } from '../report/document.ts';
import type { ExplainRequest } from '../routing/explained.ts';
import { entriesOf } from '../routing/gateway-tables.ts';
import type { OriginOf } from '../routing/origins.ts';
import { requestFor } from '../routing/sample.ts';
import type { Table } from '../routing/table/table.ts';
import { type Witness, witnessOf } from '../routing/witness.ts';
import { refKey } from '../snapshot/object.ts';
import { CannotExplain, type Decider } from './deciders.ts';
import { decidersFor, explainAll } from './explain.ts';
import type { PositionOf } from './objects.ts';
import { buildRequest } from './requests/build.ts';
import { UnreadableRequest } from './requests/unreadable.ts';
import { stationsOf } from './stations.ts';

/** The same report, with the way of a request beside every root cause that concerns one. */
export function withWays(model: Model, document: ReportDocument, position: PositionOf): ReportDocument {
  const findings = document.findings.map((finding): ReportFinding => {
    const way = finding.symptomOf === null ? wayOf(model, finding, position) : null;
    return way ? { ...finding, way } : finding;
  });
  return { ...document, findings };
}

/** A request, and the gateway that decides it where that is known. */
interface Sample {
  readonly witness: Witness;
  /** `NS/NAME`. */
  readonly gateway: string | null;
}

function wayOf(model: Model, finding: ReportFinding, position: PositionOf): ReportWay | null {
  const sample = sampleOf(model, finding);
  const request = sample && readable(sample.witness);
  if (!request) return null;
  const { explained } = explainAll(
    model,
    { requests: [request], gateway: sample.gateway, envoyVersion: null },
    position,
  );
  const [one] = explained;
  if (!one || 'error' in one) return null;
  return { request: `${sample.witness.method} ${sample.witness.url}`, stations: stationsOf(model, one, finding) };
}

/** The request that a finding shows, else one that its route is made for. */
function sampleOf(model: Model, { witness, objects }: ReportFinding): Sample | null {
  if (witness) {
    const gateway = objects.find(({ kind }) => kind === 'VirtualGateway');
    return { witness, gateway: gateway ? `${gateway.namespace ?? ''}/${gateway.name}` : null };
  }
  const samples = samplesOf(model);
  for (const object of objects) {
    const sample = object.kind === 'GatewayRoute' ? samples.get(refKey(object)) : undefined;
    if (sample) return sample;
  }
  return null;
}

/** One plain request a GatewayRoute: as the running table has it, else as the objects ask for. */
const samplesOf = memoize((model: Model): ReadonlyMap<string, Sample> => {
  const samples = new Map<string, Sample>();
  const deciders = decidersFor(model, null, null);
  if (deciders instanceof CannotExplain) return samples;
  for (const decider of deciders) {
    for (const { table, originOf } of decider.tables) gather(decider, table, originOf, samples);
  }
  for (const decider of deciders) {
    const { desired } = decider;
    if (!desired) continue;
    gather(decider, desired.table, (at) => desired.translation.origins.get(at), samples);
  }
  return samples;
});

function gather({ gateway }: Decider, table: Table, originOf: OriginOf, samples: Map<string, Sample>): void {
  for (const entry of entriesOf(table)) {
    const origin = originOf(entry.route.place);
    const key = origin && refKey(origin.ref);
    if (!key || samples.has(key)) continue;
    const request = requestFor(entry);
    const witness = request && witnessOf(request);
    if (witness) samples.set(key, { witness, gateway: `${gateway.ref.namespace ?? ''}/${gateway.ref.name}` });
  }
}

/** A witness as a request to explain; null where it cannot be written as one. */
function readable({ method, url, headers, protocol, sni, curl }: Witness): ExplainRequest | null {
  const port = Number(/--connect-to ::127\.0\.0\.1:(\d+)/.exec(curl)?.[1] ?? Number.NaN);
  try {
    return buildRequest({
      method,
      url,
      headers: headers.map(([name, value]) => `${name}: ${value}`),
      port: Number.isNaN(port) ? null : port,
      sni,
      protocol,
    });
  } catch (error) {
    if (error instanceof UnreadableRequest) return null;
    throw error;
  }
}
