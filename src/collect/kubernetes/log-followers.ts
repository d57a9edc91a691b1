import { setTimeout as sleep } from 'node:timers/promises';
import { openCluster } from './cluster.ts';
import { type FollowedLog, followLog, type FollowWays, type OpenedLog } from './log-follow.ts';
import type { LiveRequest } from './request.ts';

/** Where lines go, and by which way they come. */
export interface FollowersOptions {
  readonly connect: (path: string, signal: AbortSignal) => Promise<OpenedLog>;
  readonly wait: (tries: number, signal: AbortSignal) => Promise<void>;
  /** `key`: of the pod, `NS/NAME`. */
  readonly take: (key: string, lines: readonly string[]) => void;
}

interface Follower {
  readonly ended: AbortController;
  trouble: string | null;
}

/** Follows the logs of pods, each until it is no longer wanted. */
export class LogFollowers {
  readonly #options: FollowersOptions;
  readonly #followers = new Map<string, Follower>();

  constructor(options: FollowersOptions) {
    this.#options = options;
  }

  /** These logs are wanted, by the keys of their pods: others are let go. */
  want(logs: ReadonlyMap<string, FollowedLog>): void {
    for (const [key, { ended }] of this.#followers) {
      if (logs.has(key)) continue;
      ended.abort();
      this.#followers.delete(key);
    }
    for (const [key, log] of logs) if (!this.#followers.has(key)) this.#start(key, log);
  }

  /** Which logs do not come, and why. */
  troubles(): readonly string[] {
    return [...this.#followers].flatMap(([key, { trouble }]) =>
      trouble === null ? [] : [`log of pod ${key}: ${trouble}`],
    );
  }

  #start(key: string, log: FollowedLog): void {
    const follower: Follower = { ended: new AbortController(), trouble: null };
    this.#followers.set(key, follower);
    const { signal } = follower.ended;
    const { connect, wait, take } = this.#options;
    const ways: FollowWays = {
      connect: (path) => connect(path, signal),
      wait: (tries) => wait(tries, signal),
      signal,
      trouble: (reason) => {
        follower.trouble = reason;
      },
    };
    void (async () => {
      for await (const lines of followLog(log, ways)) if (!signal.aborted) take(key, lines);
    })();
  }
}

/** A stream that is silent for so long is opened again: a connection that died says nothing either. */
const silenceMs = 300_000;
const longestWaitMs = 60_000;

/** The way to the logs of a cluster. Each stream has a connection of its own, and the token as it is then. */
export function waysToLogs({ kubeconfig, as, contexts }: LiveRequest): Pick<FollowersOptions, 'connect' | 'wait'> {
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
