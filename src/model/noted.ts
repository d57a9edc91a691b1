import { noteRead } from '../lib/reads.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Envoy } from './envoy/envoy.ts';
import type { Gateway } from './gateway.ts';

/** A snapshot that notes which of its members are read. */
export function notingReads(snapshot: Snapshot): Snapshot {
  return new Proxy(snapshot, {
    get(target, key) {
      noteRead(`snapshot ${String(key)}`);
      return Reflect.get(target, key);
    },
  });
}

/** What tells whether a member of a snapshot is what it was: its coverage is written anew each time. */
export function memberBehind(snapshot: Snapshot, field: string): unknown {
  const value: unknown = Reflect.get(snapshot, field);
  return field === 'coverage' ? JSON.stringify(value) : value;
}

/** What was seen of objects, each line with its place in the coverage table, which proofs name. */
export function textOfObjectsCoverage({ coverage }: Snapshot): string {
  return JSON.stringify([...coverage.entries()].filter(([, { subject }]) => subject.type === 'objects'));
}

/** What a gateway is, without what its Envoys say in sections of their own. */
export function textOfGateway({ ref, frozen, envoys }: Gateway): string {
  return JSON.stringify([ref, frozen, envoys.map(textOfEnvoy)]);
}

/** Which Envoy it is. */
export function textOfEnvoy({ key, label, nodeId, nodeCluster }: Envoy): string {
  return JSON.stringify([key, label, nodeId, nodeCluster]);
}
