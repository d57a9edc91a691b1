import { type FollowedLog, followLog } from './log-follow.ts';
import type { StreamWays } from './streams.ts';

/** Until when a log is followed, and who hears why nothing comes; null: it comes. */
export interface FollowerEars {
  readonly signal: AbortSignal;
  readonly trouble: (reason: string | null) => void;
}

/** Follows one log until the signal: its lines, in order, each once. */
export type FollowLog = (log: FollowedLog, ears: FollowerEars) => AsyncIterable<readonly string[]>;

/** Follows logs through the API server. */
export function logsByApi({ connect, wait }: StreamWays): FollowLog {
  return (log, { signal, trouble }) =>
    followLog(log, {
      connect: (path) => connect(path, signal),
      wait: (tries) => wait(tries, signal),
      ...{ signal, trouble },
    });
}

/** Where lines go, and by which way they come. */
export interface FollowersOptions {
  readonly follow: FollowLog;
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

  /** Why the log of a pod does not come; null: it comes. */
  troubleOf(key: string): string | null {
    return this.#followers.get(key)?.trouble ?? null;
  }

  /** No log is wanted any more. */
  close(): void {
    this.want(new Map());
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
    const { follow, take } = this.#options;
    const trouble = (reason: string | null): void => {
      follower.trouble = reason;
    };
    void (async () => {
      for await (const lines of follow(log, { signal, trouble })) if (!signal.aborted) take(key, lines);
    })();
  }
}
