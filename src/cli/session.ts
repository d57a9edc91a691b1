import { type CollectRequest, namesSource } from '../collect/request.ts';
import type { EngineClient } from '../engine/client.ts';
import { startEngine } from '../engine/client.ts';
import type { CollectSummary } from '../engine/protocol.ts';
import { Failure } from './failure.ts';
import { anyLive, hasDefaultCluster } from './live-options.ts';
import { withProgress } from './progress.ts';
import { type Keep, requestFrom, type SourceFlags } from './source-options.ts';

/** An engine that has collected, and what it collected. */
export interface Session {
  readonly engine: EngineClient;
  readonly summary: CollectSummary;
  /** Milliseconds that collecting took. */
  readonly collectMs: number;
}

/** What a verb wants beside what the flags name; `sourceless`: it has something to look at without them. */
type Wanted = Keep & {
  readonly sourceless?: boolean;
  readonly accessLogs?: CollectRequest['accessLogs'];
  readonly logs?: CollectRequest['logs'];
  readonly traces?: CollectRequest['traces'];
};

/** What a verb asks of a session. */
interface SessionOptions {
  /** Only a verb that says so looks at several clusters. */
  readonly clusters?: 'one' | 'many';
  readonly young?: Parameters<typeof startEngine>[1];
}

/** Starts the engine, collects the sources the flags name, and lets `use` work with it; the engine is ended in any case. */
export async function withSession<T>(
  flags: SourceFlags,
  keep: Wanted,
  use: (session: Session) => Promise<T>,
  { clusters = 'one', young = 'small' }: SessionOptions = {},
): Promise<T> {
  const request = await sourcesOf(flags, keep, clusters);
  const engine = showingProgress(startEngine(new URL('./worker.js', import.meta.url), young));
  try {
    const begun = performance.now();
    const summary = await engine.collect(request);
    return await use({ engine, summary, collectMs: performance.now() - begun });
  } finally {
    await engine.close();
  }
}

/** The same engine; a person who waits sees for what. */
function showingProgress(engine: EngineClient): EngineClient {
  return {
    ...engine,
    collect: (request) => withProgress('reading the sources', engine.collect(request)),
    diagnose: (options) => withProgress('running the rules', engine.diagnose(options)),
    explain: (options) => withProgress('deciding the request', engine.explain(options)),
    logs: (options) => withProgress('reading the logs', engine.logs(options)),
    rescue: (options) => withProgress('making and proving the copy', engine.rescue(options)),
    bundle: () => withProgress('writing the bundle', engine.bundle()),
  };
}

/** What the flags name, or where they name nothing the current context; throws where that cannot be read together. */
export async function sourcesOf(flags: SourceFlags, keep: Wanted, clusters: 'one' | 'many'): Promise<CollectRequest> {
  const stdin = flags.filename.includes('-') ? await readStdin() : null;
  const asked = requestFrom(flags, keep, stdin);
  const { accessLogs = asked.accessLogs, logs = asked.logs, traces = asked.traces } = keep;
  const wanted = { ...asked, accessLogs, logs, traces };
  const request = keep.sourceless === true ? wanted : orCurrentContext(wanted, flags);
  refuseMixture(request, clusters);
  return request;
}

/** Says on stderr, one line each, which sources were not read whole. */
export function complain(
  sources: readonly Pick<CollectSummary['sources'][number], 'name' | 'state' | 'detail'>[],
): void {
  for (const { name, state, detail } of sources) {
    if (state !== 'ok') process.stderr.write(`meshdoctor: ${name}: ${detail}\n`);
  }
}

/** True when no source brought anything. */
export function readNothing(summary: CollectSummary): boolean {
  return summary.objects === 0 && summary.envoys === 0 && summary.sources.every(({ state }) => state === 'failed');
}

/** Where no source is named: the current context and its namespace, and that is said. */
function orCurrentContext(request: CollectRequest, flags: SourceFlags): CollectRequest {
  if (namesSource(request)) return request;
  if (!hasDefaultCluster(flags)) throw noSource();
  const part = flags.allNamespaces
    ? 'all namespaces'
    : flags.namespace
      ? `namespace ${flags.namespace}`
      : 'its namespace';
  process.stderr.write(`meshdoctor: no source given: reading the current context of the kubeconfig, ${part}\n`);
  return { ...request, live: anyLive(flags) };
}

function refuseMixture(request: CollectRequest, clusters: 'one' | 'many'): void {
  if (request.live === null) return;
  if (request.live.contexts.length < 2) return;
  if (clusters === 'one') throw new Failure('this verb looks at one cluster: give one --context', 2);
  if (namesSource({ ...request, live: null })) {
    throw new Failure('files and admin endpoints belong to one cluster: give one --context with them', 2);
  }
}

/** A name that nothing bears must not look like a gateway without faults. */
export function refuseUnknown({ named }: SourceFlags, found: number, { sources }: CollectSummary): void {
  const names = named?.gateways ?? [];
  if (names.length === 0 || found > 0) return;
  const blind = sources.some(({ trouble }) => trouble !== null);
  throw new Failure(`no gateway ${names.join(', ')} among what was read`, blind ? 3 : 2);
}

function noSource(): Failure {
  const ways =
    '--live (the current context), -f PATH (manifests), --admin URL (a running Envoy), --config-dump FILE (saved), --bundle FILE';
  return new Failure(`nothing to look at: name a source with ${ways}; or try: meshdoctor demo`, 2);
}

/** Everything on standard input. */
export async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
