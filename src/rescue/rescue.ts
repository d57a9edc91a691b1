import type { JsonObject } from '../lib/json.ts';
import type { Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import type { Gap } from '../snapshot/coverage.ts';
import { redactAdmin } from '../snapshot/envoy/redact-admin.ts';
import { type Attempt, attemptFrom, type Made } from './attempt.ts';
import { CannotChoose, chooseGateway, nameOf, newestFirst } from './choose.ts';
import { findHome } from './home.ts';
import { jsonBytes } from './json-bytes.ts';
import { boundToAny, writeManifests } from './manifests.ts';
import type { Ledger } from './modernize.ts';
import type { Verdict } from './proof.ts';
import { clientListeners } from './requests.ts';
import { type Fill, neededFiles } from './secrets.ts';
import { stockImage } from './stock.ts';
import { makeTrial, type Trial } from './trial.ts';

/** What to rescue, and into what. */
export interface RescueOptions {
  /** `NS/NAME`; null: the only gateway that an Envoy was read of. */
  readonly gateway: string | null;
  readonly output: 'bootstrap' | 'manifests';
  /** `--envoy-version`: of the source, where nothing tells it; null: not told. */
  readonly envoyVersion: string | null;
  /** One pass through the gateway where there were two, if that is proved to answer alike. */
  readonly fold: boolean;
  /** `NS/NAME` of GatewayRoutes to add that App Mesh never applied. */
  readonly withRoutes: readonly string[];
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
  /** The file to write, in pieces; null where it was refused. */
  readonly text: readonly Uint8Array[] | null;
  /** What to start, and to ask, for a trial; null where none was asked for. */
  readonly trial: Trial | null;
}

/**
 * Makes a static bootstrap, or manifests, of what a gateway runs: from the Envoy with the newest complete
 * configuration.
 */
export function rescue(model: Model, options: RescueOptions): RescueResult {
  try {
    const gateway = chooseGateway(model, options.gateway);
    const attempts: Attempt[] = [];
    for (const envoy of newestFirst(gateway.envoys)) {
      const attempt = attemptFrom(model, gateway, envoy, options);
      attempts.push(attempt);
      if (attempt.made) break;
    }
    return resultOf(model, gateway, attempts, options);
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

function resultOf(model: Model, gateway: Gateway, attempts: readonly Attempt[], options: RescueOptions): RescueResult {
  const done = attempts.find((attempt) => attempt.made !== null);
  const tried = attempts.filter((attempt) => attempt !== done);
  if (!done?.made) return refusedResult(gateway, attempts);
  const { made, ledger } = done;
  const rest = gateway.envoys.filter((envoy) => !attempts.some((attempt) => attempt.envoy === envoy));
  const source = done.newest === '' ? done.envoy.label : `${done.envoy.label}, last configured ${done.newest}`;
  const text =
    options.output === 'manifests'
      ? manifestsOf(model, gateway, made, ledger, source)
      : jsonBytes(made.bootstrap, made.huge);
  if (text === null) return refusedResult(gateway, attempts);
  return {
    ...nothing,
    gateway: nameOf(gateway),
    source,
    others: [
      ...tried.map(
        ({ envoy, ledger: why }) => `${envoy.label}: ${why.refused.map(({ missing }) => missing).join(', ')}`,
      ),
      ...rest.map((envoy) => `${envoy.label}: not newer`),
    ],
    gaps: [...ledger.gaps],
    changed: [...ledger.changed],
    fills: made.fills,
    files: neededFiles(made.bootstrap),
    verdict: made.verdict,
    text,
    trial: options.trial > 0 ? makeTrial(made.bootstrap, made.table(), options.trial) : null,
  };
}

function refusedResult(gateway: Gateway, attempts: readonly Attempt[]): RescueResult {
  return {
    ...nothing,
    gateway: nameOf(gateway),
    refused: attempts.flatMap(({ ledger }) => ledger.refused),
    gaps: attempts.flatMap(({ ledger }) => [...ledger.gaps]),
  };
}

/** A ConfigMap is read by more people than a key: header values and the like that look secret are told. */
function tellSecrets(bootstrap: JsonObject, { gaps }: Ledger): void {
  const { redactions } = redactAdmin(JSON.stringify(bootstrap));
  const held = Object.entries(redactions).map(([kind, count]) => `${count} x ${kind}`);
  if (held.length > 0) gaps.add(`the ConfigMap holds what looks secret (${held.join(', ')}): guard who may read it`);
}

function manifestsOf(model: Model, gateway: Gateway, made: Made, ledger: Ledger, source: string) {
  const bootstrap = boundToAny(made.bootstrap, ledger.changed);
  tellSecrets(bootstrap, ledger);
  const parts = {
    home: findHome(model, gateway),
    bootstrap,
    image: stockImage(made.version),
    ports: [...new Set(clientListeners(made.table()).map(({ port }) => port))],
    fills: made.fills,
    files: neededFiles(bootstrap),
  };
  const proof = `${made.verdict.state}, ${made.verdict.say}`;
  const facts = { gateway: nameOf(gateway), source, madeAt: model.now, proof, gaps: [...ledger.gaps] };
  const text = writeManifests(parts, facts, made.table(), ledger);
  return text === null ? null : [new TextEncoder().encode(text)];
}
