import { type CollectRequest, namesSource } from '../collect/request.ts';
import type { EngineClient } from '../engine/client.ts';
import { startEngine } from '../engine/client.ts';
import type { CollectSummary } from '../engine/protocol.ts';
import { Failure } from './failure.ts';
import { type Keep, requestFrom, type SourceFlags } from './source-options.ts';

/** An engine that has collected, and what it collected. */
export interface Session {
  readonly engine: EngineClient;
  readonly summary: CollectSummary;
  /** Milliseconds that collecting took. */
  readonly collectMs: number;
}

/**
 * Starts the engine, collects the sources the flags name, and lets `use` work with it; the engine is ended in any case.
 * `sourceless`: the verb has something to look at beside them.
 */
export async function withSession<T>(
  flags: SourceFlags,
  keep: Keep & { readonly sourceless?: boolean; readonly accessLogs?: CollectRequest['accessLogs'] },
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const stdin = flags.filename.includes('-') ? await readStdin() : null;
  const asked = requestFrom(flags, keep, stdin);
  const request = keep.accessLogs ? { ...asked, accessLogs: keep.accessLogs } : asked;
  if (!namesSource(request) && keep.sourceless !== true) throw noSource();
  const engine = startEngine(new URL('./worker.js', import.meta.url));
  try {
    const begun = performance.now();
    const summary = await engine.collect(request);
    return await use({ engine, summary, collectMs: performance.now() - begun });
  } finally {
    await engine.close();
  }
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

function noSource(): Failure {
  const ways = '-f PATH (manifests), --admin URL (a running Envoy), --config-dump FILE (saved), --bundle FILE';
  return new Failure(`nothing to look at: name a source with ${ways}; or try: meshdoctor demo`, 2);
}

/** Everything on standard input. */
export async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
