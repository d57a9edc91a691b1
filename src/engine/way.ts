import { memoize } from '../lib/memo.ts';
import { fitOf } from '../model/platform/ingress.ts';
import type { Entry } from '../model/platform/entry.ts';
import type { ExplainRequest } from '../routing/explained.ts';
import { isInner } from '../routing/gateway-tables.ts';
import type { Table } from '../routing/table/table.ts';
import { refText } from '../snapshot/object.ts';
import { CannotExplain, type Decider } from './deciders.ts';

/** How a request reaches a gateway's listener. */
export interface Way {
  readonly decider: Decider;
  readonly port: number | null;
  /** For people; empty where the port was asked for. */
  readonly said: string;
  /** Null where no Service or Ingress that was read leads there. */
  readonly entry: Entry | null;
}

/** Finds the gateway and listener of a request: by the port asked for, else from the URL through Ingress and Service. */
export function findWay(deciders: readonly Decider[], request: ExplainRequest): Way {
  const { port } = request;
  if (port !== null) {
    const fitting = deciders.filter((decider) => portsOf(decider).includes(port));
    return { decider: onlyOne(fitting.length > 0 ? fitting : deciders), port, said: '', entry: null };
  }
  // A log line tells what the gateway saw, not the port its client spoke to.
  const known = request.logged ? null : throughEntries(deciders, request);
  return known ?? withoutEntries(deciders, request);
}

interface Candidate {
  readonly decider: Decider;
  readonly entry: Entry;
  readonly rank: number;
}

function throughEntries(deciders: readonly Decider[], request: ExplainRequest): Way | null {
  if (deciders.every(({ entries }) => entries.length === 0)) return null;
  const candidates = deciders.flatMap((decider) =>
    decider.entries.flatMap((entry): readonly Candidate[] => {
      const rank = rankOf(entry, request);
      return rank === null || typeof entry.target === 'string' ? [] : [{ decider, entry, rank }];
    }),
  );
  const best = Math.max(...candidates.map(({ rank }) => rank));
  const fitting = candidates.filter(({ rank }) => rank === best);
  const ends = new Map(fitting.map((one) => [`${refText(one.decider.gateway.ref)} ${one.entry.target}`, one]));
  const [only, ...others] = ends.values();
  if (!only) return null;
  if (others.length > 0) {
    const list = [only, ...others].map(({ decider, entry }) => `${sayWay(entry)} of ${refText(decider.gateway.ref)}`);
    throw new CannotExplain(
      `port ${request.urlPort} leads to ${ends.size} listeners; name one with --port or --gateway: ${list.join('; ')}`,
    );
  }
  const { decider, entry } = only;
  return { decider, entry, port: Number(entry.target), said: sayWay(entry) };
}

/** How surely an entry is the one a client takes: larger is surer; null: it cannot be. */
function rankOf(entry: Entry, request: ExplainRequest): number | null {
  if (entry.port !== request.urlPort) return null;
  const host = (request.authority ?? '').replace(/:\d+$/, '').toLowerCase();
  const { through, service } = entry;
  if (through.kind === 'ingress') {
    const fit = fitOf(through.rule, host, (request.target ?? '/').replace(/[?#].*$/s, ''));
    // A rule that names the host is surer than a load balancer that takes every host.
    if (fit === null) return null;
    return through.rule.host === null ? 2 : 3 + fit;
  }
  const { name, namespace } = service.ref;
  const named = [name, `${name}.${namespace}`, `${name}.${namespace}.svc`, `${name}.${namespace}.svc.cluster.local`];
  if (through.kind !== 'node-port' && named.includes(host)) return Number.MAX_SAFE_INTEGER;
  return through.kind === 'service' ? 1 : 2;
}

/** A way in one line: `443 -> Ingress shop/edge -> Service shop/edge:80 -> 8088`. */
function sayWay({ port, through, service, servicePort, target, tls }: Entry): string {
  const through_ = {
    service: [],
    'load-balancer': ['load balancer'],
    'node-port': ['any node'],
    ingress: through.kind === 'ingress' ? [refText(through.ingress.ref)] : [],
  }[through.kind];
  const way = [String(port), ...through_, `${refText(service.ref)}:${servicePort}`, String(target)].join(' -> ');
  const by = through.kind === 'ingress' ? 'the Ingress' : 'the load balancer';
  if (tls === 'ends') return `${way} (TLS ends at ${by})`;
  return tls === 'renewed' ? `${way} (TLS ends at ${by} and begins anew to the gateway)` : way;
}

/** Where no Service or Ingress leads: the listener of the URL's own port, or the only one that clients reach. */
function withoutEntries(deciders: readonly Decider[], request: ExplainRequest): Way {
  const known = directWays(deciders);
  const way = known.get(request.urlPort);
  if (way && !request.logged) return way;
  const found = findDirect(deciders, request);
  if (!request.logged) known.set(request.urlPort, found);
  return found;
}

/** By the URL's port: a file of requests asks for few. */
const directWays = memoize((_: readonly Decider[]) => new Map<number, Way>());

function findDirect(deciders: readonly Decider[], request: ExplainRequest): Way {
  const direct = deciders.filter((decider) => portsOf(decider).includes(request.urlPort));
  const decider = onlyOne(direct.length > 0 ? direct : deciders);
  const base = { decider, entry: null };
  const ports = portsOf(decider);
  if (direct.length > 0) return { ...base, port: request.urlPort, said: `${request.urlPort}, a listener's own port` };
  const unnamed = decider.entries.find(({ port, target }) => port === request.urlPort && typeof target === 'string');
  const none = decider.seesAllEntries
    ? `no Service or Ingress leads port ${request.urlPort} to the gateway`
    : `no Service or Ingress that was read leads port ${request.urlPort} there`;
  const why = unnamed
    ? `${sayWay(unnamed)}: no container of the gateway that was read has a port of that name`
    : request.logged
      ? 'a log line does not tell the port'
      : none;
  const [only, ...others] = ports;
  if (only === undefined) return { ...base, port: request.urlPort, said: '' };
  if (others.length === 0) return { ...base, port: only, said: `${only}, the only one clients reach; ${why}` };
  throw new CannotExplain(`${why}; it listens on ports ${ports.join(', ')}: name one with --port`);
}

function onlyOne(deciders: readonly Decider[]): Decider {
  const [first, ...others] = deciders;
  if (!first) throw new CannotExplain('nothing decides requests');
  if (others.length === 0) return first;
  const names = deciders.map(({ gateway }) => `--gateway ${gateway.ref.namespace ?? ''}/${gateway.ref.name}`);
  throw new CannotExplain(`${names.length} gateways can take this request; name one: ${names.join(', ')}`);
}

/** The ports clients reach: App Mesh's second listener takes what the first hands over. Those asked for where none is open. */
const portsOf = memoize(({ tables, desired }: Decider): readonly number[] => {
  const open = tables.flatMap(({ table }) => outer(table));
  return [...new Set(open.length > 0 || !desired ? open : outer(desired.table))];
});

function outer({ listeners }: Table): readonly number[] {
  return listeners.filter((listener) => !isInner(listener)).map(({ port }) => port);
}
