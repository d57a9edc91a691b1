import { setTimeout as sleep } from 'node:timers/promises';
import { openCluster } from './cluster.ts';
import type { LiveRequest } from './request.ts';

/** An answer as it comes. */
export interface OpenedStream {
  readonly status: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** The way to what an API server tells without end. */
export interface StreamWays {
  /** Asks for a path; throws where no answer begins. */
  readonly connect: (path: string, signal: AbortSignal) => Promise<OpenedStream>;
  /** Waits before the next try; `tries` that brought nothing came before it. */
  readonly wait: (tries: number, signal: AbortSignal) => Promise<void>;
}

/** A stream that is silent for so long is opened again: a connection that died says nothing either. */
const silenceMs = 300_000;
const longestWaitMs = 60_000;

/** The way to a cluster's. Each stream has a connection of its own, and the token as it is then. */
export function streamWays({ kubeconfig, as, contexts }: LiveRequest): StreamWays {
  return {
    async connect(path, signal) {
      const [context = null] = contexts;
      const cluster = await openCluster({ kubeconfig, context, as, requestTimeoutMs: silenceMs, signal });
      if (typeof cluster === 'string') throw new Error(cluster);
      try {
        const response = await cluster.open(path);
        response.once('close', cluster.close);
        return { status: response.statusCode ?? 0, chunks: response };
      } catch (error) {
        cluster.close();
        throw error;
      }
    },
    async wait(tries, signal) {
      // By chance, so that agents do not come back all at once.
      const most = Math.min(longestWaitMs, 500 * 2 ** tries);
      await sleep(most * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {});
    },
  };
}
