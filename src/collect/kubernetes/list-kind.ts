import type { JsonObject } from '../../lib/json.ts';
import type { CoverageEntry, CoverageState, Gap } from '../../snapshot/coverage.ts';
import type { Cluster } from './cluster.ts';
import { granting, type ListedKind, listPath, resourceName } from './kinds.ts';
import { type Listing, listAll } from './list.ts';
import { type Served, versionOf } from './served.ts';

/** What was seen of one kind. */
export interface KindListing {
  readonly kind: ListedKind;
  readonly version: string;
  readonly items: readonly JsonObject[];
  /** The marks of its lists; null where one of them is not kept up to date. */
  readonly marks: readonly object[] | null;
  readonly coverage: readonly CoverageEntry[];
  readonly gaps: readonly Gap[];
  /** Why the API server could not be read; null where it answered, be it with a refusal. */
  readonly failure: string | null;
  /** Scopes in which listing it was refused. */
  readonly refused: readonly string[];
}

/** Where to list a kind. */
export interface ListedPart {
  /** Where listing it over the cluster is refused: these. */
  readonly namespaces: readonly string[];
  /** Pods of this node alone; null: of every one. */
  readonly node: string | null;
  readonly signal: AbortSignal;
  readonly list?: typeof listAll;
}

/** By which field the server finds what belongs to a node. */
const nodeFields: Readonly<Record<string, string>> = { Pod: 'spec.nodeName', Node: 'metadata.name' };

/** Lists a kind over the cluster; where that is refused, in the namespaces that are asked for. */
export async function listKind(
  cluster: Pick<Cluster, 'ask'>,
  kind: ListedKind,
  served: Served,
  { namespaces, node, signal, list: read = listAll }: ListedPart,
): Promise<KindListing> {
  const version = versionOf(kind, served);
  if (version === null) return notServed(kind);
  const field = node === null ? undefined : nodeFields[kind.kind];
  const onNode = field === undefined ? '' : `?fieldSelector=${encodeURIComponent(`${field}=${node}`)}`;
  const list = (namespace: string | null): Promise<Listing> =>
    read(cluster, `${listPath(kind, version, namespace)}${onNode}`, signal);
  const whole = await list(null);
  if (whole.state === 'absent' && kind.optional) return notServed(kind);
  const everywhere = seen(kind, null, whole);
  if (whole.state !== 'forbidden' || !kind.namespaced || namespaces.length === 0) {
    return joined(kind, version, [{ listing: whole, ...everywhere }]);
  }
  const parts = [];
  for (const namespace of namespaces) {
    const listing = await list(namespace);
    parts.push({ listing, ...seen(kind, namespace, listing) });
  }
  const seenParts = parts.filter(({ listing }) => listing.state === 'listed').length;
  // Refused in the namespaces too: their own gaps say more than the one of the whole cluster.
  const gaps = seenParts > 0 ? [elsewhere(kind, namespaces)] : [];
  return joined(kind, version, [{ listing: { ...whole, items: [] }, ...everywhere, gaps }, ...parts]);
}

interface Part {
  readonly listing: Listing;
  readonly coverage: CoverageEntry;
  readonly gaps: readonly Gap[];
}

function joined(kind: ListedKind, version: string, parts: readonly Part[]): KindListing {
  const broken = parts.find(({ listing }) => failed.has(listing.state));
  const marks = parts.flatMap(({ listing: { mark } }) => mark ?? []);
  return {
    kind,
    version,
    items: parts.flatMap(({ listing }) => listing.items),
    marks: marks.length === parts.length ? marks : null,
    coverage: parts.map(({ coverage }) => coverage),
    gaps: parts.flatMap(({ gaps }) => gaps),
    failure: broken ? broken.listing.reason : null,
    refused: parts.flatMap(({ listing, coverage: { subject } }) =>
      listing.state === 'forbidden' && subject.type === 'objects' ? [subject.namespace] : [],
    ),
  };
}

const failed: ReadonlySet<Listing['state']> = new Set(['partial', 'unauthorized', 'absent', 'failed']);

function seen(kind: ListedKind, namespace: string | null, { state, reason }: Listing): Omit<Part, 'listing'> {
  const scope = namespace === null ? 'at cluster scope' : `in namespace ${namespace}`;
  const right = `list ${resourceName(kind)} ${scope}`;
  const words = state === 'forbidden' ? `not allowed: ${right}` : reason;
  const known: CoverageState = state === 'listed' ? 'listed' : state === 'partial' ? 'partial' : 'not-read';
  const coverage: CoverageEntry = {
    subject: { type: 'objects', kind: kind.kind, namespace: namespace ?? '*' },
    state: known,
    reason: state === 'listed' ? `listed ${scope}` : words,
  };
  if (state === 'listed') return { coverage, gaps: [] };
  const missing = `${kind.kind} objects${namespace === null ? '' : ` in namespace ${namespace}`}`;
  const remedy = state === 'forbidden' ? granting : 'try again; look at the API server and the way to it';
  return { coverage, gaps: [{ missing, reason: state === 'forbidden' ? words : `${right}: ${words}`, remedy }] };
}

function elsewhere(kind: ListedKind, namespaces: readonly string[]): Gap {
  return {
    missing: `${kind.kind} objects outside namespace ${namespaces.join(', ')}`,
    reason: `not allowed: list ${resourceName(kind)} at cluster scope`,
    remedy: granting,
  };
}

function notServed(kind: ListedKind): KindListing {
  const reason = `the API server serves no ${resourceName(kind)}`;
  const subject = { type: 'objects', kind: kind.kind, namespace: '*' } as const;
  const coverage: CoverageEntry = { subject, state: 'listed', reason };
  return { kind, version: '', items: [], marks: null, coverage: [coverage], gaps: [], failure: null, refused: [] };
}
