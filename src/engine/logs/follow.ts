import { formatsOf } from '../../collect/access-log/formats.ts';
import { LogReader } from '../../collect/access-log/reader.ts';
import type { FollowedLog } from '../../collect/kubernetes/log-follow.ts';
import { type FollowLog, LogFollowers } from '../../collect/kubernetes/log-followers.ts';
import { containersOf } from '../../collect/kubernetes/pod-logs.ts';
import type { LiveRequest } from '../../collect/kubernetes/request.ts';
import { asObject } from '../../lib/json.ts';
import { buildModel } from '../../model/model.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { RouteCounts } from '../../traffic/route-counts.ts';
import type { Followed, FollowOptions } from '../protocol.ts';
import { classifyBy } from './classify.ts';

interface FollowedPod {
  readonly gateway: string;
  readonly log: FollowedLog;
  reader: LogReader;
}

/** Follows the logs of gateway pods, and counts their requests by route while they come. */
export class Follower {
  readonly #followers: LogFollowers;
  readonly #now: () => number;
  readonly #pods = new Map<string, FollowedPod>();
  readonly #counts = new Map<string, RouteCounts>();
  /** Since when each gateway is followed. */
  readonly #since = new Map<string, number>();
  #paged: readonly string[] = [];
  #lines = 0;

  constructor(follow: FollowLog, now: () => number = Date.now) {
    this.#now = now;
    this.#followers = new LogFollowers({ follow, take: (key, lines) => this.#take(key, lines) });
  }

  /**
   * Tells what came since the last turn; from now on these pods are followed, and what was read decides. Its model is built when
   * the first line comes: where none does, nothing holds one.
   */
  turn(snapshot: Snapshot, { pods }: Pick<FollowOptions, 'pods'>): Followed {
    const gateways = [...this.#counts].map(([gateway, counts]) => ({
      gateway,
      paged: this.#paged,
      ...counts.turn(),
    }));
    const lines = this.#lines;
    this.#lines = 0;
    if (pods !== null) {
      this.#paged = pagedRoutes(snapshot);
      this.#decideBy(snapshot, new Set(pods.map(({ gateway }) => gateway)));
      this.#want(snapshot, pods);
    }
    return { gateways, lines, troubles: this.#followers.troubles() };
  }

  #decideBy(snapshot: Snapshot, wanted: ReadonlySet<string>): void {
    const modelOf = once(() => buildModel(snapshot));
    for (const gateway of this.#counts.keys()) {
      if (wanted.has(gateway)) continue;
      this.#counts.delete(gateway);
      this.#since.delete(gateway);
    }
    for (const gateway of wanted) {
      const counts = this.#counts.get(gateway) ?? new RouteCounts();
      this.#counts.set(gateway, counts);
      const classify = once(() => classifyBy(modelOf(), gateway, null).classify);
      counts.decideBy((request) => classify()(request));
    }
  }

  #want(snapshot: Snapshot, pods: NonNullable<FollowOptions['pods']>): void {
    const formats = formatsOf(snapshot);
    const containers = containersOf(snapshot.objects);
    const keys = new Set(pods.map(({ key }) => key));
    for (const key of this.#pods.keys()) if (!keys.has(key)) this.#pods.delete(key);
    const now = this.#now();
    for (const { key, gateway } of pods) {
      const [namespace = '', name = ''] = key.split('/');
      const reader = new LogReader(formats, name);
      const known = this.#pods.get(key);
      if (known) {
        known.reader = reader;
        continue;
      }
      // A pod that is new began since the gateway is followed: all of it is.
      const from = this.#since.get(gateway) ?? now;
      const log = { namespace, name, container: containers.get(key) ?? 'envoy', from };
      this.#pods.set(key, { gateway, log, reader });
    }
    for (const { gateway } of pods) if (!this.#since.has(gateway)) this.#since.set(gateway, now);
    this.#followers.want(new Map([...this.#pods].map(([key, { log }]) => [key, log])));
  }

  #take(key: string, lines: readonly string[]): void {
    const pod = this.#pods.get(key);
    const counts = pod && this.#counts.get(pod.gateway);
    if (!counts) return;
    this.#lines += lines.length;
    for (const raw of lines) {
      const read = pod.reader.read(raw);
      if (read.kind === 'request') counts.add(read.line, raw.length);
    }
  }
}

/** How the logs of pods come: through the API server, or from the files of the node. */
export async function followBy({ nodeLogs }: Pick<FollowOptions, 'nodeLogs'>, live: LiveRequest): Promise<FollowLog> {
  if (nodeLogs !== null) return (await import('../../collect/kubernetes/node-logs.ts')).logsOfNode(nodeLogs);
  const [{ logsByApi }, { streamWays }] = await Promise.all([
    import('../../collect/kubernetes/log-followers.ts'),
    import('../../collect/kubernetes/streams.ts'),
  ]);
  return logsByApi(streamWays(live));
}

/** Models are built, and tables compiled, for those that are asked. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function pagedRoutes(snapshot: Snapshot): readonly string[] {
  return snapshot.objects.flatMap(({ ref, body }) => {
    if (ref.kind !== 'GatewayRoute') return [];
    const annotations = asObject(asObject(body.metadata).annotations);
    return annotations['meshdoctor.io/page'] === 'true' ? [`${ref.namespace}/${ref.name}`] : [];
  });
}
