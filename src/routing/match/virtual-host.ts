import type { Place } from '../../snapshot/object.ts';
import type { MatcherTree, Route, VirtualHost } from '../table/table.ts';
import { act, filtered, type Next } from './act.ts';
import { fieldName, holds } from './clauses.ts';
import { candidatesOf, ended, undecided } from './endings.ts';
import type { Decision } from './decision.ts';
import { describeClause, describeHad } from './describe.ts';
import { type Facts, refusedUpgrade } from './facts.ts';
import { type Leaf, leavesOf } from './matcher-tree.ts';
import type { Pass } from './pass.ts';
import { indexRoutes } from './path-index.ts';
import type { Trace } from './steps.ts';

/** What a virtual host does with a request; `next` follows it into another listener. */
export function throughHost(pass: Pass, host: VirtualHost, hear: Trace, next: Next): Decision {
  const { facts, before } = pass;
  const hop = { ...pass.hop, virtualHost: host.name };
  if (facts.headers.get('x-forwarded-proto')?.join('') === '') {
    // Seen on 1.36.2 and 1.40.0: RouteMatcher takes an empty x-forwarded-proto for a request that cannot be routed.
    const why = 'the request carries an empty x-forwarded-proto: Envoy finds no route for it';
    return filtered(pass, [], ended('no-route', [...before, hop], { status: 404, responseFlag: 'NR', why }));
  }
  if (host.requireTls !== 'none') {
    const proto = facts.headers.get('x-forwarded-proto');
    const secure = proto === null || proto === undefined ? null : proto[0] === 'https';
    if (secure === null || (!secure && host.requireTls === 'external')) {
      const ways = [toHttps({ ...pass, hop }), throughRoutes({ ...pass, hop, hear: null }, host, next)];
      const unknown = [
        ...(secure === null ? ['header x-forwarded-proto'] : []),
        ...(host.requireTls === 'external' ? ['whether the client is external'] : []),
      ];
      return candidatesOf(ways, unknown, null);
    }
    if (!secure) return toHttps({ ...pass, hop });
  }
  return throughRoutes({ ...pass, hop, hear }, host, next);
}

function toHttps(pass: Pass): Decision {
  const { facts, manager, before, hop } = pass;
  const refused = refusedUpgrade(facts, manager.upgrades);
  if (refused !== null) return ended('rejected', [...before, hop], { status: 403, why: refused });
  const { authority, path, query } = facts;
  const known = authority !== null && path !== null && query !== null;
  const location = known ? `https://${authority}${path}${query}` : null;
  const unknown = known ? [] : ['host or path'];
  const why = 'the virtual host answers plain requests with a redirect to https (require_tls)';
  return filtered(pass, [], ended('redirect', [...before, hop], { status: 301, location, unknown, why }));
}

function throughRoutes(pass: Pass, host: VirtualHost, next: Next): Decision {
  return host.tree ? throughTree(pass, host, host.tree, next) : throughList(pass, host, host.routes, next);
}

/** The routes a matcher tree leads to decide; where none of them takes the request, the tree is not asked again. */
function throughTree(pass: Pass, host: VirtualHost, tree: MatcherTree, next: Next): Decision {
  const open = new Set<string>();
  const leaves = leavesOf(tree, pass.facts, open);
  const sure = leaves.length === 1;
  const decisions = leaves.map((leaf) => {
    if (sure) hearLeaf(pass, host, leaf);
    const told = sure ? pass : { ...pass, hear: null };
    if (leaf.to === 'routes') return throughList(told, host, leaf.routes, next);
    if (leaf.to === 'unknown') return undecided([...pass.before, pass.hop], leaf.what, [leaf.what]);
    return noRoute(told, host, `the matcher of virtual host ${host.name} leads nowhere`);
  });
  return candidatesOf(decisions, [...open], null);
}

function hearLeaf({ hear }: Pass, host: VirtualHost, leaf: Leaf): void {
  if (!hear || leaf.to === 'nowhere') return;
  hear({
    stage: 'virtual-host',
    object: host.name,
    verdict: 'matched',
    clause: leaf.by,
    reason: leaf.to === 'routes' ? 'its matcher leads there' : leaf.what,
    place: host.place,
    refusals: 0,
  });
}

function throughList(pass: Pass, host: VirtualHost, routes: readonly Route[], next: Next): Decision {
  const { facts, hear } = pass;
  const maybe: Decision[] = [];
  const unknown = new Set<string>();
  const finish = (last: Decision): Decision =>
    maybe.length === 0 ? last : candidatesOf([...maybe, last], [...unknown], null);
  // Who listens is told of every route that refuses.
  const indexed = hear === null && facts.path !== null && facts.method !== null && facts.method !== 'CONNECT';
  for (const route of indexed ? indexRoutes(routes)(facts.path ?? '') : routes) {
    const open: string[] = [];
    if (!takes(route, facts, open, hear)) continue;
    const decided = act(open.length > 0 ? { ...pass, hear: null } : pass, host, route, next);
    if (open.length === 0) return finish(decided);
    maybe.push(decided);
    for (const name of open) unknown.add(name);
  }
  const why =
    routes.length === 0
      ? `virtual host ${host.name} has no routes`
      : `none of the ${routes.length} routes of virtual host ${host.name} takes it`;
  return finish(noRoute(pass, host, why));
}

function noRoute(pass: Pass, host: VirtualHost, why: string): Decision {
  const { hear, before, hop } = pass;
  const { name: object, place } = host;
  hear?.({ stage: 'route', object, verdict: 'refused', clause: '', reason: why, place, refusals: 0 });
  // Without a route no level of the configuration but the connection manager's speaks of filters.
  return filtered(pass, [], ended('no-route', [...before, hop], { status: 404, responseFlag: 'NR', why }));
}

/** Whether a route takes a request; `open` gathers what is unknown. False as soon as one clause refuses. */
function takes(route: Route, facts: Facts, open: string[], hear: Trace): boolean {
  if (hear) return takesTold(route, facts, open, hear);
  for (const clause of route.clauses) {
    const truth = holds(clause, facts);
    if (truth === false) return false;
    if (truth === null) open.push(fieldName(clause));
  }
  return true;
}

function takesTold(route: Route, facts: Facts, open: string[], hear: Exclude<Trace, null>): boolean {
  const verdicts = route.clauses.map((clause) => ({ clause, truth: holds(clause, facts) }));
  const refusing = verdicts.filter(({ truth }) => truth === false);
  const [first] = refusing;
  const place: Place = route.place;
  const object = route.name || `route ${route.index}`;
  if (first) {
    const reason = describeHad(first.clause, facts);
    const clause = describeClause(first.clause);
    hear({ stage: 'route', object, verdict: 'refused', clause, reason, place, refusals: refusing.length });
    return false;
  }
  for (const { clause, truth } of verdicts) if (truth === null) open.push(fieldName(clause));
  const clause = route.clauses.map(describeClause).join(' and ');
  const reason = open.length > 0 ? `not known: ${open.join(', ')}` : 'every clause holds';
  hear({
    stage: 'route',
    object,
    verdict: open.length > 0 ? 'unknown' : 'matched',
    clause,
    reason,
    place,
    refusals: 0,
  });
  return true;
}
