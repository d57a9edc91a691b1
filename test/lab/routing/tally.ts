import { holds } from '../../../src/routing/match/clauses.ts';
import type { Facts } from '../../../src/routing/match/facts.ts';
import { meets } from '../../../src/routing/match/matcher-tree.ts';
import { splitTarget } from '../../../src/routing/match/path.ts';
import type { RoutingRequest } from '../../../src/routing/match/request.ts';
import type { Clause } from '../../../src/routing/table/clause.ts';
import type { MatcherTree, Route, Table } from '../../../src/routing/table/table.ts';
import type { WireRequest } from './requests.ts';

/** Counts clause kinds: how many decisions had a clause true, false, and false by one edit of a request that fitted. */
export class Tally {
  readonly counts = new Map<string, { yes: number; no: number; near: number }>();

  /** How many requests went a way that is no clause: a protocol, a filter chain. */
  readonly ways = new Map<string, number>();

  addWay({ protocol, tls, target }: WireRequest, verdict: string | null): void {
    const way = (name: string): void => {
      this.ways.set(name, (this.ways.get(name) ?? 0) + 1);
    };
    way(`${protocol}${tls ? ' over TLS' : ''}`);
    if (/^https?:/i.test(target)) way('absolute URI');
    const chain = verdict?.split('@')[0];
    if (chain) way(`filter chain ${chain}`);
  }

  add(table: Table, request: WireRequest, routing: RoutingRequest): void {
    const manager = table.listeners[0]?.chains[0]?.manager;
    const host = manager?.routes?.hosts.find(({ name }) => name === request.aim);
    if (!host) return;
    const facts = factsOf(table, routing);
    const edited = request.edit !== '';
    for (const route of host.routes) this.addRoute(route, facts, edited);
    if (host.tree) this.addTree(host.tree, facts, edited);
  }

  /** Each branch of a matcher's first level. */
  private addTree({ branches, byPrefix }: MatcherTree, facts: Facts, edited: boolean): void {
    for (const { when } of branches) {
      const kind = byPrefix ? 'prefix map' : when.kind === 'header' ? when.test.kind : when.kind;
      const yes = meets(when, facts, new Set()) === true;
      this.count(`matcher ${kind}`, yes, !yes && edited);
    }
  }

  private count(kind: string, yes: boolean, near: boolean): void {
    const count = this.counts.get(kind) ?? { yes: 0, no: 0, near: 0 };
    if (yes) count.yes += 1;
    else count.no += 1;
    if (near) count.near += 1;
    this.counts.set(kind, count);
  }

  private addRoute(route: Route, facts: Facts, edited: boolean): void {
    const truths = route.clauses.map((clause) => holds(clause, facts));
    const refusals = truths.filter((truth) => truth === false).length;
    for (const [at, clause] of route.clauses.entries()) {
      const yes = truths[at] === true;
      this.count(kindOf(clause), yes, !yes && edited && refusals === 1);
    }
  }
}

function factsOf(table: Table, request: RoutingRequest): Facts {
  const [path, query] = splitTarget(request.target ?? '');
  const { method, authority, headers } = request;
  return {
    semantics: table.semantics,
    method,
    authority,
    scheme: 'http',
    path,
    query,
    certificate: false,
    headers,
    otherHeaders: 'absent',
  };
}

/** The kind of a clause, as the tally names it. */
function kindOf(clause: Clause): string {
  if (clause.field === 'header') {
    const name = clause.name.startsWith(':') ? clause.name : clause.test.kind;
    return `header ${name}${clause.invert ? ' inverted' : ''}`;
  }
  return 'test' in clause ? `${clause.field} ${clause.test.kind}` : clause.field;
}
