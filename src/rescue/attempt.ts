import type { JsonObject } from '../lib/json.ts';
import type { Envoy } from '../model/envoy/envoy.ts';
import type { Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import { compareTables } from '../routing/compare/compare.ts';
import { assumedVersion, tableOf } from '../routing/from-envoy.ts';
import type { Table } from '../routing/table/table.ts';
import { seenValue } from '../snapshot/coverage.ts';
import { makeBootstrap } from './bootstrap.ts';
import { nameOf } from './choose.ts';
import { fold } from './fold.ts';
import { routeCount, sameToTheLetter } from './letters.ts';
import { type Ledger, openLedger, refuse } from './modernize.ts';
import { describeAnswer, describeRequest, prove, type Verdict } from './proof.ts';
import type { Fill } from './secrets.ts';
import { serviceFinder } from './services.ts';
import { readSource } from './source.ts';
import { stockVersion } from './stock.ts';
import { tableOfBootstrap } from './tables.ts';
import { addGatewayRoute } from './with-route.ts';

/** What a rescue from one Envoy came to. */
export interface Attempt {
  readonly envoy: Envoy;
  /** When it last took a configuration; empty where nothing tells. */
  readonly newest: string;
  readonly ledger: Ledger;
  /** Null: refused, and the ledger says why. */
  readonly made: Made | null;
}

/** A bootstrap that answers as its source does. */
export interface Made {
  readonly bootstrap: JsonObject;
  readonly fills: readonly Fill[];
  readonly verdict: Verdict;
  /** What decides what each request should come to; compiled when it is asked for. */
  readonly table: () => Table;
  /** Of the source; assumed where nothing told it. */
  readonly version: string;
  /** Too large for anyone to read. */
  readonly huge: boolean;
}

/** Makes a bootstrap of what one Envoy runs, and proves that it answers alike. */
export function attemptFrom(
  model: Model,
  gateway: Gateway,
  envoy: Envoy,
  options: {
    readonly envoyVersion: string | null;
    readonly fold: boolean;
    readonly withRoutes: readonly string[];
  },
): Attempt {
  const ledger = openLedger();
  const source = readSource(envoy, model.snapshot, ledger);
  const failed = { envoy, newest: source.newest, ledger, made: null };
  if (ledger.refused.length > 0) return failed;
  const name = nameOf(gateway).replace('/', '.');
  const { bootstrap, fills } = makeBootstrap(source, name, serviceFinder(model, envoy), ledger);
  if (ledger.refused.length > 0) return failed;
  const version = seenValue(envoy.serverInfo)?.version || options.envoyVersion || assumedVersion;
  const running = lazily(() => runningTable(envoy));
  const compile = (made: JsonObject): Table => tableOfBootstrap(made, stockVersion(version), source.runtime);
  const huge = routeCount(source) > mostCompared;
  const verdict =
    huge && sameToTheLetter(source, bootstrap, [version, stockVersion(version)])
      ? sameLetters
      : prove(running(), compile(bootstrap));
  for (const witness of verdict.witnesses) refuse(ledger, 'the same answers', witness);
  if (verdict.state === 'different') return failed;
  const addition = { model, gateway, envoyVersion: version, findService: serviceFinder(model, envoy) };
  const added = options.withRoutes.reduce(
    (to, one) => addGatewayRoute(to, { ...addition, wanted: one }, ledger),
    bootstrap,
  );
  if (ledger.refused.length > 0) return failed;
  const table = added === bootstrap ? running : lazily(() => compile(added));
  if (added !== bootstrap) tellMoved(running(), table(), ledger);
  const final = options.fold ? foldIfEqual(added, compile, ledger) : added;
  return { ...failed, made: { bootstrap: final, fills, verdict, table, version, huge } };
}

/** With more routes than these the tables are not compared where they are the same to the letter. */
const mostCompared = 4_000;

const sameLetters: Verdict = {
  state: 'equal',
  say: 'its listeners, routes and clusters are the source’s to the letter, so the same for every request',
  witnesses: [],
  open: [],
};

function runningTable(envoy: Envoy): Table {
  const read = tableOf(envoy);
  if (read.state === 'not-read') throw new Error(`${read.missing}: ${read.reason}`);
  return read.table;
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** What the added routes take, and from whom: requests that were answered before are worth a look. */
function tellMoved(before: Table, after: Table, { gaps, changed }: Ledger): void {
  const { differences } = compareTables(before, after, 'all');
  const told = new Set<string>();
  for (const { request, one, other } of differences) {
    const move = `${one.outcome} ${one.cluster} ${other.outcome} ${other.cluster}`;
    if (told.has(move)) continue;
    told.add(move);
    const said = `${describeRequest(request)}: ${describeAnswer(one)}, rescued ${describeAnswer(other)}`;
    if (one.outcome === 'no-route' || one.outcome === 'no-virtual-host') changed.add(`new   ${said}`);
    else gaps.add(`moved ${said}`);
  }
}

/** One pass where there were two, if that is proved to answer alike; else as it was, and why. */
function foldIfEqual(bootstrap: JsonObject, compile: (made: JsonObject) => Table, ledger: Ledger): JsonObject {
  const { bootstrap: folded, folded: count, kept } = fold(bootstrap);
  if (count === 0) {
    ledger.gaps.add(
      `nothing was folded: ${kept.slice(0, 3).join('; ') || 'no route hands requests to the gateway itself'}`,
    );
    return bootstrap;
  }
  const { state, witnesses, open } = prove(compile(bootstrap), compile(folded));
  if (state !== 'equal') {
    ledger.gaps.add(
      `not folded, since it is not proved to answer alike: ${[...witnesses, ...open].slice(0, 3).join('; ')}`,
    );
    return bootstrap;
  }
  ledger.changed.add(
    `folded ${count} routes into one pass, proved equal for every request: one line a request in the log`,
  );
  if (kept.length > 0)
    ledger.changed.add(`${kept.length} routes still pass the gateway twice: ${kept.slice(0, 3).join('; ')}`);
  return folded;
}
