import { seenValue } from '../../snapshot/coverage.ts';
import type { Gap } from '../../snapshot/coverage.ts';
import type { ClusterHosts, Host } from '../../snapshot/envoy/view.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { VirtualNode } from '../mesh/kinds.ts';
import type { Model } from '../model.ts';
import { envoyEvidence } from './envoy.ts';
import { upstreams } from './upstreams.ts';

/** What the Envoys that send requests to a VirtualNode see of its hosts. */
export type HostsSeen =
  /** Each of them sees none, or none that passes its health checks. */
  | { readonly state: 'none'; readonly failing: number; readonly evidence: readonly [Evidence, ...Evidence[]] }
  | { readonly state: 'some' }
  /** The hosts were not read; null: no Envoy that was read sends requests there. */
  | { readonly state: 'unknown'; readonly gap: Gap | null };

/** Looks at the hosts (`/clusters`) of every cluster that leads to a VirtualNode. */
export function hostsBehind(model: Model, node: VirtualNode): HostsSeen {
  const leading = upstreams(model).filter((upstream) => upstream.node === node);
  const unread = leading.find(({ envoy }) => envoy.hosts.state === 'not-read')?.envoy.hosts;
  const told = leading.flatMap(({ envoy, cluster }) => {
    const hosts = seenValue(envoy.hosts)?.find((one) => one.cluster === cluster.name);
    return hosts ? [{ hosts, label: envoy.label }] : [];
  });
  if (told.some(({ hosts }) => hosts.hosts.some((host) => !isOut(host)))) return { state: 'some' };
  const [first, ...rest] = told.map(({ hosts, label }) => hostsEvidence(hosts, label));
  if (!first || told.length < leading.length) {
    return { state: 'unknown', gap: unread?.state === 'not-read' ? unread.gap : null };
  }
  const failing = Math.max(...told.map(({ hosts }) => hosts.hosts.length));
  return { state: 'none', failing, evidence: [first, ...rest] };
}

/** Without these a host gets requests, be it degraded; one that outlier detection ejected comes back by itself. */
const out: ReadonlySet<string> = new Set(['failed_active_health_check', 'failed_eds_health', 'eds_status_draining']);

function isOut({ failures }: Host): boolean {
  return failures.some((failure) => out.has(failure));
}

function hostsEvidence({ cluster, place, hosts }: ClusterHosts, label: string): Evidence {
  const value = { cluster, hosts: hosts.map(({ address, failures }) => ({ ...address, failures })).slice(0, 20) };
  return envoyEvidence('clusters', place, value, `the hosts that ${label} sees`);
}
