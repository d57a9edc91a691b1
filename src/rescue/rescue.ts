import type { JsonObject } from '../lib/json.ts';
import type { Envoy } from '../model/envoy/envoy.ts';
import type { Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import { assumedVersion, tableOf } from '../routing/from-envoy.ts';
import type { Table } from '../routing/table/table.ts';
import type { Gap } from '../snapshot/coverage.ts';
import { seenValue } from '../snapshot/coverage.ts';
import { makeBootstrap } from './bootstrap.ts';
import { CannotChoose, chooseGateway, nameOf, newestFirst } from './choose.ts';
import { type Ledger, openLedger, refuse } from './modernize.ts';
import { prove, type Verdict } from './proof.ts';
import { type Fill, neededFiles } from './secrets.ts';
import { readSource } from './source.ts';
import { stockVersion } from './stock.ts';
import { tableOfBootstrap } from './tables.ts';
import { makeTrial, type Trial } from './trial.ts';

/** What to rescue, and into what. */
export interface RescueOptions {
  /** `NS/NAME`; null: the only gateway that an Envoy was read of. */
  readonly gateway: string | null;
  readonly output: 'bootstrap' | 'manifests';
  /** `--envoy-version`: of the source, where nothing tells it; null: not told. */
  readonly envoyVersion: string | null;
  /** How many requests to make for a trial of it; 0: none. */
  readonly trial: number;
}

/** A rescue, or why there is none: what people are told of it. */
export interface RescueResult {
  /** For people: why it is not known what to rescue; else null. */
  readonly trouble: string | null;
  /** What is missing; not empty: nothing was made. */
  readonly refused: readonly Gap[];
  readonly gateway: string;
  /** The Envoy it was made from, and when that last took a configuration. */
  readonly source: string;
  /** The other Envoys of the gateway, and why they were not taken. */
  readonly others: readonly string[];
  readonly gaps: readonly string[];
  readonly changed: readonly string[];
  readonly fills: readonly Fill[];
  readonly files: readonly string[];
  readonly verdict: Verdict | null;
  /** The file to write; null where it was refused. */
  readonly text: string | null;
  /** What to start, and to ask, for a trial; null where none was asked for. */
  readonly trial: Trial | null;
}

/** Makes a static bootstrap, or manifests, of what a gateway runs: from the Envoy with the newest complete configuration. */
export function rescue(model: Model, options: RescueOptions): RescueResult {
  try {
    const gateway = chooseGateway(model, options.gateway);
    const attempts: Attempt[] = [];
    for (const envoy of newestFirst(gateway.envoys)) {
      const attempt = attemptFrom(model, gateway, envoy, options);
      attempts.push(attempt);
      if (attempt.made) break;
    }
    return resultOf(gateway, attempts, options);
  } catch (error) {
    if (!(error instanceof CannotChoose)) throw error;
    return { ...nothing, trouble: error.message };
  }
}

const nothing: RescueResult = {
  trouble: null,
  refused: [],
  gateway: '',
  source: '',
  others: [],
  gaps: [],
  changed: [],
  fills: [],
  files: [],
  verdict: null,
  text: null,
  trial: null,
};

interface Attempt {
  readonly envoy: Envoy;
  readonly newest: string;
  readonly ledger: Ledger;
  readonly made: {
    readonly bootstrap: JsonObject;
    readonly fills: readonly Fill[];
    readonly verdict: Verdict;
    readonly table: Table;
  } | null;
}

function attemptFrom(model: Model, gateway: Gateway, envoy: Envoy, options: RescueOptions): Attempt {
  const ledger = openLedger();
  const source = readSource(envoy, model.snapshot.documents, ledger);
  const failed = { envoy, newest: source.newest, ledger, made: null };
  if (ledger.refused.length > 0) return failed;
  const name = nameOf(gateway).replace('/', '.');
  const { bootstrap, fills } = makeBootstrap(source, name, () => null, ledger);
  const table = tableOf(envoy);
  if (table.state === 'not-read') refuse(ledger, table.missing, table.reason);
  if (ledger.refused.length > 0 || table.state === 'not-read') return failed;
  const version = seenValue(envoy.serverInfo)?.version || options.envoyVersion || assumedVersion;
  const verdict = prove(table.table, tableOfBootstrap(bootstrap, stockVersion(version), source.runtime));
  if (verdict.state !== 'different') return { ...failed, made: { bootstrap, fills, verdict, table: table.table } };
  for (const witness of verdict.witnesses) refuse(ledger, 'the same answers', witness);
  return failed;
}

function resultOf(gateway: Gateway, attempts: readonly Attempt[], options: RescueOptions): RescueResult {
  const made = attempts.find((attempt) => attempt.made !== null);
  const tried = attempts.filter((attempt) => attempt !== made);
  if (!made?.made) {
    return {
      ...nothing,
      gateway: nameOf(gateway),
      refused: attempts.flatMap(({ ledger }) => ledger.refused),
      gaps: attempts.flatMap(({ ledger }) => [...ledger.gaps]),
    };
  }
  const { bootstrap, fills, verdict, table } = made.made;
  const rest = gateway.envoys.filter((envoy) => !attempts.some((attempt) => attempt.envoy === envoy));
  return {
    ...nothing,
    gateway: nameOf(gateway),
    source: made.newest === '' ? made.envoy.label : `${made.envoy.label}, last configured ${made.newest}`,
    others: [
      ...tried.map(({ envoy, ledger }) => `${envoy.label}: ${ledger.refused.map(({ missing }) => missing).join(', ')}`),
      ...rest.map((envoy) => `${envoy.label}: not newer`),
    ],
    gaps: [...made.ledger.gaps],
    changed: [...made.ledger.changed],
    fills,
    files: neededFiles(bootstrap),
    verdict,
    text: `${JSON.stringify(bootstrap, null, 1)}\n`,
    trial: options.trial > 0 ? makeTrial(bootstrap, table, options.trial) : null,
  };
}
