import { mapAtOnce } from '../../lib/at-once.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { CoverageEntry } from '../../snapshot/coverage.ts';
import { addRedactions, type Redactions } from '../../snapshot/redact.ts';
import { emptyHarvest, type Harvest, type SourceReport } from '../../snapshot/snapshot.ts';
import { listHarvest } from '../manifests/harvest.ts';
import { redactValue } from '../manifests/redact.ts';
import { callsAtOnce, type Cluster } from './cluster.ts';
import { isDated, type ListedKind, listedKinds, listPath, meshGroup, resourceName } from './kinds.ts';
import { type KindListing, listKind } from './list-kind.ts';
import type { listAll } from './list.ts';
import { withoutFields } from './managed-fields.ts';
import type { KindHarvest, KindMemory, Part } from './request.ts';
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
  /** What was made of them before, by resource; changed here. */
  readonly kinds?: Map<string, KindMemory>;
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
  const read = listings.map((listing) => readKind(cluster.name, listing, request));
  const objects = read.flatMap((kind) => kind.objects);
  return {
    ...emptyHarvest,
    documents: read.flatMap(({ documents }) => documents.map((one) => ({ ...one, readAt: request.readAt }))),
    objects,
    manifests: read.flatMap(({ manifests }) => manifests ?? []),
    coverage: listings.flatMap(({ coverage }) => (request.part ? coverage.map(forAgent) : coverage)),
    gaps: listings.flatMap(({ gaps }) => gaps),
    sources: [report(cluster, listings, objects.length, request)],
    redactions: read.reduce<Redactions>((sum, kind) => addRedactions(sum, kind.redactions), {}),
    cluster: cluster.name,
  };
}

/** The objects of a kind; the very same as before where nothing in its lists changed since. */
function readKind(cluster: string, listing: KindListing, request: ListRequest): KindHarvest {
  const { kind, marks } = listing;
  const { namespaces, readAt, keep } = request;
  const name = resourceName(kind);
  const key = `${name} ${namespaces?.join() ?? '*'} ${keep}`;
  const before = request.kinds?.get(key);
  if (before && marks?.length === before.marks.length && marks.every((mark, at) => mark === before.marks[at]))
    return before.harvest;
  if (listing.items.length === 0) {
    request.kinds?.delete(key);
    return emptyHarvest;
  }
  const { list, redactions } = cleanList(listing);
  const file = {
    id: `kubernetes/${name}.json`,
    origin: `${cluster}: ${name}`,
    reported: true,
    readAt,
    cluster,
    ...(namespaces === null ? {} : { namespaces }),
  };
  const options = { defaultNamespace: 'default', closed: false, keep };
  const harvest = { ...listHarvest(list, file, piecesOf(list), options), redactions };
  if (marks) request.kinds?.set(key, { marks, harvest });
  else request.kinds?.delete(key);
  return harvest;
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

/** A list as an API server writes it. */
interface ObjectList extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly items: readonly unknown[];
}

/** A list without secrets. When what decides who reaches whom was written stays. */
function cleanList({ kind, version, items, marks }: KindListing): {
  readonly list: ObjectList;
  readonly redactions: Redactions;
} {
  let redactions: Redactions = {};
  const dated = isDated(listPath(kind, version, null));
  const clean = items.map((item) => {
    const one = redactValue(marks ? item : withoutFields(item, dated));
    redactions = addRedactions(redactions, one.redactions);
    return one.value;
  });
  const type = { apiVersion: kind.group === '' ? version : `${kind.group}/${version}`, kind: `${kind.kind}List` };
  return { list: { ...type, items: clean }, redactions };
}

/** Its text. One line an object: a bundle stays readable. */
function* piecesOf({ apiVersion, kind, items }: ObjectList): Generator<string> {
  yield `${JSON.stringify({ apiVersion, kind }).slice(0, -1)},"items":[`;
  for (const [index, one] of items.entries()) yield `${index === 0 ? '' : ','}\n${JSON.stringify(one)}`;
  yield '\n]}\n';
}

/** What an agent needs that counts and runs no rules: its gateways, and what is about to happen to their pods. */
const counted: ReadonlySet<string> = new Set(['VirtualGateway', 'Pod', 'Node']);

function isCounted({ kind, group }: ListedKind, { routes }: Part): boolean {
  return counted.has(kind) || (routes && group === meshGroup);
}

/** Without these nobody knows which gateways are in scope. */
const decisive: ReadonlySet<string> = new Set(['VirtualGateway', 'Pod']);

function report(
  cluster: Cluster,
  listings: readonly KindListing[],
  objects: number,
  { namespaces }: ListRequest,
): SourceReport {
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
