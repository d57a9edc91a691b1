import type { JsonObject } from '../../lib/json.ts';
import { memoize } from '../../lib/memo.ts';
import type { HeaderMutation, HostRewrite } from '../table/action.ts';
import type { Manager, Route, RouteConfig, Table, VirtualHost } from '../table/table.ts';
import { compose, type PathFunction, pathFunctionOf, samePath } from './path-function.ts';

/** How requests end that take one way through the tables, in a form in which two tables can be compared. */
export interface Ending {
  readonly kind: 'forward' | 'redirect' | 'answer' | 'no-route' | 'no-cluster' | 'unknown';
  /** What tells two endings of a kind apart: status, Location parts, what is not understood. */
  readonly detail: string;
  /** Clusters with their shares of 1, sorted; those of weight 0 left out. */
  readonly clusters: string;
  readonly path: PathFunction;
  /** What the upstream gets as host: `keep`, a constant, or how it is made. */
  readonly host: string;
  readonly timeoutMs: number | null;
  readonly retries: string;
  readonly headers: string;
  /** Filters that can answer or change the request on this way, and what routes say to them. */
  readonly filters: string;
}

/** Which parts of an ending count: `drift`, what App Mesh's objects decide; `all`, everything a client or upstream can see. */
export type Profile = 'drift' | 'all';

/** An ending that is not understood: it equals only itself. */
export function unknownEnding(why: string): Ending {
  return { ...nothing, kind: 'unknown', detail: why };
}

const nothing = {
  clusters: '',
  path: { kind: 'constant', value: '' },
  host: '',
  timeoutMs: null,
  retries: '',
  headers: '',
  filters: '',
} as const;

/** The ending of requests that no route takes: 404, on whichever pass. */
export const noRoute: Ending = { ...nothing, kind: 'no-route', detail: '' };

/** The ending at a route: what Envoy answers there, or where it sends the request. */
export function endingOf(table: Table, manager: Manager, config: RouteConfig, host: VirtualHost, route: Route): Ending {
  const { action } = route;
  const filters = filtersOn(manager, host, route);
  const base = { ...nothing, filters };
  switch (action.type) {
    case 'direct-response':
      return { ...base, kind: 'answer', detail: `status ${action.status}` };
    case 'non-forwarding':
      return { ...base, kind: 'answer', detail: 'status 503' };
    case 'unknown':
      return { ...base, kind: 'unknown', detail: action.what };
    case 'redirect': {
      const { path, ...parts } = action;
      const made: PathFunction =
        path.kind === 'replace' ? { kind: 'constant', value: path.value } : pathFunctionOf(route, path);
      const keepsQuery = path.kind !== 'replace' || !path.value.includes('?');
      return { ...base, kind: 'redirect', detail: JSON.stringify([parts, keepsQuery]), path: made };
    }
    case 'forward': {
      const clusters = targetOf(table, route);
      const headers = JSON.stringify([route.headers, host.headers, config.headers].filter(changes));
      return {
        ...base,
        kind: clusters.missing ? 'no-cluster' : 'forward',
        detail: clusters.missing ? `status ${action.missingClusterStatus}` : '',
        clusters: clusters.text,
        path: pathFunctionOf(route, action.path),
        host: hostText(action.host),
        timeoutMs: action.timeoutMs,
        retries: action.retries ? JSON.stringify(action.retries) : '',
        headers: headers === '[]' ? '' : headers,
      };
    }
  }
}

function changes({ add, remove }: HeaderMutation): boolean {
  return add.length + remove.length > 0;
}

function targetOf(table: Table, { action }: Route): { readonly text: string; readonly missing: boolean } {
  if (action.type !== 'forward') return { text: '', missing: false };
  const { target } = action;
  const lacks = (name: string): boolean => table.clusters !== null && !table.clusters.has(name);
  if (target.kind === 'cluster') return { text: target.name, missing: lacks(target.name) };
  if (target.kind === 'header') return { text: `named by header ${target.name}`, missing: false };
  if (target.kind === 'plugin') return { text: `chosen by ${target.what}`, missing: false };
  const total = target.clusters.reduce((sum, { weight }) => sum + weight, 0);
  const heavy = target.clusters.filter(({ weight }) => weight > 0);
  const [only] = heavy;
  const plain = (one: (typeof heavy)[number]): boolean => one.hostRewrite === null && !changes(one.headers);
  if (only && heavy.every(({ name }) => name === only.name) && heavy.every(plain)) {
    return { text: only.name, missing: lacks(only.name) };
  }
  const shares = new Map<string, number>();
  for (const one of heavy) {
    const own = plain(one) ? '' : ` ${JSON.stringify([one.hostRewrite, one.headers])}`;
    const name = `${one.name}${own}${lacks(one.name) ? ' (missing)' : ''}`;
    shares.set(name, (shares.get(name) ?? 0) + one.weight / total);
  }
  const parts = [...shares].sort(([one], [other]) => (one < other ? -1 : 1));
  const text = parts.map(([name, share]) => `${name} ${Number(share.toFixed(6))}`).join(', ');
  return { text: `${text}${target.header === null ? '' : ` by header ${target.header}`}`, missing: false };
}

function hostText(rewrite: HostRewrite): string {
  if (rewrite.kind === 'literal') return `= ${rewrite.value}`;
  if (rewrite.kind === 'header') return `header ${rewrite.name}`;
  if (rewrite.kind === 'path-regex') return `path ${rewrite.regex.source} ${rewrite.substitution}`;
  return rewrite.kind;
}

const textOf = memoize((config: JsonObject): string => JSON.stringify(config));

function filtersOn(manager: Manager, host: VirtualHost, route: Route): string {
  const active = manager.filters.flatMap((filter) => {
    const own = route.perFilter.get(filter.name) ?? host.perFilter.get(filter.name);
    const off = own ? own.disabled : filter.disabled || filter.onlyPerRoute;
    return filter.effect === null || off ? [] : [`${filter.name} ${textOf(own?.config ?? filter.config)}`];
  });
  return active.join(', ');
}

/** The ending of a request that one ending hands to another listener, where it ends so. */
export function after(first: Ending, path: PathFunction, second: Ending): Ending {
  const joined = (one: string, other: string): string => [one, other].filter((text) => text !== '').join(' then ');
  const host = second.host === 'keep' ? first.host : second.host;
  return {
    ...second,
    path: compose(path, second.path),
    host: second.kind === 'forward' ? host : second.host,
    timeoutMs: shorter(first.timeoutMs, second.timeoutMs),
    retries: joined(first.retries, second.retries),
    headers: joined(first.headers, second.headers),
    filters: joined(first.filters, second.filters),
  };
}

/** 0 is no limit. */
function shorter(one: number | null, other: number | null): number | null {
  if (one === null || one === 0) return other;
  return other === null || other === 0 ? one : Math.min(one, other);
}

/** Whether requests whose paths begin so end alike; null: not known. */
export function sameEnding(
  one: Ending,
  other: Ending,
  paths: { readonly text: string; readonly whole: boolean },
  profile: Profile,
): boolean | null {
  if (one.kind === 'unknown' || other.kind === 'unknown') {
    return one.kind === other.kind && one.detail === other.detail ? true : null;
  }
  if (one.kind !== other.kind || one.detail !== other.detail || one.clusters !== other.clusters) return false;
  if (one.kind === 'forward' && one.host !== other.host) return false;
  if (profile === 'all') {
    for (const part of ['timeoutMs', 'retries', 'headers', 'filters'] as const) {
      if (one[part] !== other[part]) return false;
    }
  }
  return one.kind === 'forward' || one.kind === 'redirect'
    ? samePath(one.path, other.path, paths.text, paths.whole)
    : true;
}
