import { kindsOfPart } from '../../src/model/missing.ts';
import type { Part } from '../../src/model/parts.ts';
import type { CoverageEntry, Gap } from '../../src/snapshot/coverage.ts';
import type { EnvoySection } from '../../src/snapshot/envoy/section.ts';
import type { EnvoyView } from '../../src/snapshot/envoy/view.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';

const gap: Gap = { missing: 'what the test hid', reason: 'the test hid it', remedy: null };
const everyKind = [...new Set(Object.values(kindsOfPart).flat())];

/** A snapshot as it would be had this part of it not been read. */
export function without(snapshot: Snapshot, part: Part): Snapshot {
  if (part === 'rescue.copies') return { ...snapshot, rescueCopies: null };
  if (part === 'aws.cloudWatch') return { ...snapshot, cloudWatch: null };
  const kinds = kindsOfPart[part];
  if (kinds) return withoutKinds(snapshot, kinds, part.startsWith('mesh.'));
  const section = part.slice('envoy.'.length);
  const name = section.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return {
    ...snapshot,
    envoys: snapshot.envoys.map((view) => ({ ...view, [section]: { state: 'not-read', gap } })),
    coverage: snapshot.coverage.map((entry) =>
      entry.subject.type === 'envoy' && entry.subject.section === name ? hidden(entry) : entry,
    ),
  };
}

function withoutKinds(snapshot: Snapshot, kinds: readonly string[], ofMesh: boolean): Snapshot {
  const hides = ({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): boolean =>
    kinds.includes(kind) && apiVersion.startsWith('appmesh.k8s.aws/') === ofMesh;
  return {
    ...snapshot,
    objects: snapshot.objects.filter(({ ref }) => !hides(ref)),
    coverage: snapshot.coverage.flatMap((entry) => {
      const { subject } = entry;
      if (subject.type !== 'objects') return [entry];
      if (kinds.includes(subject.kind)) return [hidden(entry)];
      if (subject.kind !== '*') return [entry];
      return everyKind.map((kind) => {
        const one = { ...entry, subject: { ...subject, kind } };
        return kinds.includes(kind) ? hidden(one) : one;
      });
    }),
  };
}

function hidden(entry: CoverageEntry): CoverageEntry {
  return { ...entry, state: 'not-read', reason: gap.reason };
}

/** The name of the gateway that `withUnreadGateway` adds. */
export const unreadGateway = 'unread';

/** A snapshot with one more gateway, of whose Envoy nothing was read but its name. */
export function withUnreadGateway(snapshot: Snapshot): Snapshot {
  const [first] = snapshot.envoys;
  if (!first || first.serverInfo.state === 'not-read') return snapshot;
  const nodeId = `mesh/shop/virtualGateway/${unreadGateway}_shop`;
  const unread = { state: 'not-read', gap } as const;
  const view: EnvoyView = {
    key: 'envoy/unread',
    label: 'http://127.0.0.1:9999',
    serverInfo: { ...first.serverInfo, value: { ...first.serverInfo.value, nodeId, nodeCluster: nodeId } },
    ready: unread,
    listeners: unread,
    bootstrap: unread,
    listenerConfig: unread,
    routes: unread,
    clusterConfig: unread,
    endpoints: unread,
    secrets: unread,
    hosts: unread,
    stats: unread,
    certs: unread,
    runtime: unread,
  };
  const covered = new Set<EnvoySection>(['server_info']);
  const coverage = snapshot.coverage.flatMap((entry): readonly CoverageEntry[] => {
    const { subject } = entry;
    if (subject.type !== 'envoy' || subject.envoy !== first.key) return [];
    const one = { ...entry, subject: { ...subject, envoy: view.key } };
    return [covered.has(subject.section) ? one : hidden(one)];
  });
  return { ...snapshot, envoys: [...snapshot.envoys, view], coverage: [...snapshot.coverage, ...coverage] };
}
