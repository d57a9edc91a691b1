import { mapAtOnce } from '../../lib/at-once.ts';
import type { CoverageEntry } from '../../snapshot/coverage.ts';
import { addRedactions, type Redactions } from '../../snapshot/redact.ts';
import { emptyHarvest, type Harvest, type SourceReport } from '../../snapshot/snapshot.ts';
import { type ManifestFile, manifestHarvest } from '../manifests/harvest.ts';
import { redactValue } from '../manifests/redact.ts';
import { callsAtOnce, type Cluster } from './cluster.ts';
import { isDated, type ListedKind, listedKinds, listPath, meshGroup, resourceName } from './kinds.ts';
import { type KindListing, listKind } from './list-kind.ts';
import type { listAll } from './list.ts';
import { withoutFields } from './managed-fields.ts';
import type { Part } from './request.ts';
import { type Served, readServed } from './served.ts';

/** What to list. */
export interface ListRequest {
  /** The namespaces that are reported; null: all. */
  readonly namespaces: readonly string[] | null;
  readonly keep: boolean;
  readonly readAt: string;
  readonly signal: AbortSignal;
  readonly part?: Part;
  /** Lists that are kept; absent: each is read. */
  readonly list?: typeof listAll;
}

/**
 * Lists every kind of a cluster. What was listed is read as manifests are, from the same redacted text that a bundle
 * keeps: a diagnosis of the bundle is the same.
 */
export async function readObjects(cluster: Cluster, request: ListRequest): Promise<Harvest> {
  const first = await cluster.ask('/apis');
  if (!first.ok) return unseen(cluster, first.reason);
  if (first.status === 401) return unseen(cluster, 'the API server does not know who asks (401): log in again');
  const served = readServed(first);
  const listings = await listEvery(cluster, served, request);
  const files: ManifestFile[] = [];
  let redactions: Redactions = {};
  for (const listing of listings) {
    if (listing.items.length === 0) continue;
    const clean = textOf(listing);
    redactions = addRedactions(redactions, clean.redactions);
    files.push({
      id: `kubernetes/${resourceName(listing.kind)}.json`,
      origin: `${cluster.name}: ${resourceName(listing.kind)}`,
      text: clean.text,
      reported: true,
      readAt: request.readAt,
      cluster: cluster.name,
      ...(request.namespaces === null ? {} : { namespaces: request.namespaces }),
    });
  }
  const harvest = manifestHarvest(files, { defaultNamespace: 'default', closed: false, keep: request.keep });
  return {
    ...harvest,
    coverage: listings.flatMap(({ coverage }) => (request.part ? coverage.map(forAgent) : coverage)),
    gaps: listings.flatMap(({ gaps }) => gaps),
    sources: [report(cluster, listings, request)],
    redactions,
    cluster: cluster.name,
  };
}

/** What an agent lists for itself is never all there is. */
function forAgent(entry: CoverageEntry): CoverageEntry {
  return entry.state === 'listed' ? { ...entry, state: 'partial', reason: `${entry.reason}, for one agent` } : entry;
}

function listEvery(cluster: Cluster, served: Served, request: ListRequest): Promise<readonly KindListing[]> {
  const { namespaces, signal, part, list } = request;
  const kept = list ? { list } : {};
  const kinds = part ? listedKinds.filter((kind) => isCounted(kind, part)) : listedKinds;
  return mapAtOnce(kinds, callsAtOnce, (kind) =>
    listKind(cluster, kind, served, { namespaces: namespaces ?? [], node: part?.node ?? null, signal, ...kept }),
  );
}

/** One line an object: a bundle stays readable. Who wrote which field (managedFields) is left out: half of the bytes. When what decides who reaches whom was written stays. */
function textOf({ kind, version, items }: KindListing): { readonly text: string; readonly redactions: Redactions } {
  let redactions: Redactions = {};
  const dated = isDated(listPath(kind, version, null));
  const lines = items.map((item) => {
    const clean = redactValue(withoutFields(item, dated));
    redactions = addRedactions(redactions, clean.redactions);
    return JSON.stringify(clean.value);
  });
  const apiVersion = kind.group === '' ? version : `${kind.group}/${version}`;
  const head = `{"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(`${kind.kind}List`)},"items":[`;
  return { text: `${head}\n${lines.join(',\n')}\n]}\n`, redactions };
}

/** What an agent needs that counts and runs no rules: its gateways, and what is about to happen to their pods. */
const counted: ReadonlySet<string> = new Set(['VirtualGateway', 'Pod', 'Node']);

function isCounted({ kind, group }: ListedKind, { routes }: Part): boolean {
  return counted.has(kind) || (routes && group === meshGroup);
}

/** Without these nobody knows which gateways are in scope. */
const decisive: ReadonlySet<string> = new Set(['VirtualGateway', 'Pod']);

function report(cluster: Cluster, listings: readonly KindListing[], { namespaces }: ListRequest): SourceReport {
  const objects = listings.reduce((sum, { items }) => sum + items.length, 0);
  const broken = listings.filter(({ failure }) => failure !== null);
  const refused = listings.filter((listing) => listing.refused.length > 0);
  const blind = refused.filter(({ kind, refused: scopes }) => {
    const asked = namespaces ?? ['*'];
    return decisive.has(kind.kind) && asked.some((namespace) => scopes.includes(namespace));
  });
  const [first] = broken;
  const detail = [
    `${objects} objects, ${namespaces === null ? 'all namespaces' : `namespace ${namespaces.join(', ')}`}`,
    ...(refused.length > 0 ? [`not allowed to list ${refused.map(({ kind }) => resourceName(kind)).join(', ')}`] : []),
    ...(first ? [`${broken.map(({ kind }) => resourceName(kind)).join(', ')} not read whole: ${first.failure}`] : []),
  ].join('; ');
  const nothing = objects === 0 && broken.length > 0;
  const trouble = nothing || blind.length > 0 ? 'not-seen' : first ? 'part-unreadable' : null;
  return {
    name: `cluster ${cluster.name}`,
    state: nothing ? 'failed' : broken.length + refused.length > 0 ? 'partial' : 'ok',
    detail,
    cost: { ...cluster.cost },
    ...(trouble === null ? {} : { trouble }),
  };
}

function unseen(cluster: Cluster, reason: string): Harvest {
  return unseenCluster(cluster.name, `${cluster.server}: ${reason}`, cluster.cost);
}

/** A cluster that could not be asked at all. */
export function unseenCluster(name: string, reason: string, cost: SourceReport['cost']): Harvest {
  const remedy = 'check the kubeconfig, its context, and the way to the API server';
  return {
    ...emptyHarvest,
    gaps: [{ missing: `the cluster ${name}`, reason, remedy }],
    sources: [{ name: `cluster ${name}`, state: 'failed', detail: reason, cost, trouble: 'not-seen' }],
    cluster: name,
  };
}
