import { whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { asList, asObject, asText, isObject } from '../../src/lib/json.ts';
import { envoyEvidence } from '../../src/model/envoy/envoy.ts';
import { type Upstream, upstreams } from '../../src/model/envoy/upstreams.ts';
import type { VirtualNode } from '../../src/model/mesh/kinds.ts';
import { gatewaysServing, servicesOfNode } from '../../src/model/mesh/reach.ts';
import type { Model } from '../../src/model/model.ts';
import { serviceOfHostname } from '../../src/model/platform/backing.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';
import { firstUnread } from '../../src/model/unread.ts';

export default defineRule({
  id: 'outlier-detection-useless',
  title: 'Outlier detection has only one host to judge',
  severity: 'info',
  needs: anyOf('mesh.virtualNodes'),
  also: [
    'mesh.virtualServices',
    'mesh.virtualRouters',
    'mesh.gatewayRoutes',
    'mesh.virtualGateways',
    'platform.namespaces',
    'platform.services',
    'envoy.clusterConfig',
    'envoy.routes',
    'envoy.hosts',
  ],
  docs: {
    what: 'A VirtualNode with `outlierDetection` whose cluster has a single host: found by DNS with response type LOADBALANCER (the default; Envoy: LOGICAL_DNS), or behind a cluster IP.',
    why: 'A bad pod cannot be told from good ones behind one address, and the only host cannot be left out: the setting protects nobody.',
    fix: 'Let readiness probes take bad pods out. With a control plane: response type ENDPOINTS and a headless Service, or Cloud Map.',
    seen: 'Nothing, until one of several pods fails: its share of the requests fails on.',
  },
  subjects: detecting,
  *check(model) {
    for (const node of detecting(model)) {
      const running = upstreams(model).filter((upstream) => upstream.node === node);
      const single = running.length > 0 ? singleInEnvoy(running) : singleInObjects(model, node);
      if (single?.state === 'unknown') yield notEvaluated(node, single.gap);
      const gap = firstUnread(model.envoys, ['envoy.clusterConfig']);
      if (!single && gap) yield notEvaluated(node, gap);
      if (single?.state !== 'single') continue;
      yield finding(node, {
        message: `VirtualNode ${node.ref.namespace}/${node.ref.name} asks for outlier detection, but Envoy sees a single host of it.`,
        effect: 'latent',
        severity: 'info',
        evidence: [node.at(`spec.listeners[${detects(node)}].outlierDetection`), ...single.evidence],
        cause: single.because,
        fix: [
          {
            say: 'Let a readiness probe take a bad pod out of the Service: that works without Envoy.',
            restarts: 'target',
            works: 'now',
          },
          {
            say: 'Or set serviceDiscovery.dns.responseType: ENDPOINTS and make the Service headless, so that Envoy sees each pod.',
            restarts: 'nothing',
            works: whenObjectsApply(model, gatewaysServing(model, servicesOfNode(model, node))),
          },
        ],
        affects: servicesOfNode(model, node)
          .slice(0, 200)
          .map(({ ref }) => ref),
      });
    }
  },
});

type Single =
  | { readonly state: 'single'; readonly because: string; readonly evidence: readonly Evidence[] }
  | { readonly state: 'unknown'; readonly gap: Parameters<typeof notEvaluated>[1] };

/** The VirtualNodes that ask for outlier detection and are found by DNS. */
function detecting(model: Model): readonly VirtualNode[] {
  return model.virtualNodes.filter((node) => node.hostname !== null && detects(node) >= 0);
}

function detects(node: VirtualNode): number {
  return asList(node.spec.listeners).findIndex((listener) => isObject(asObject(listener).outlierDetection));
}

const logical = 'LOGICAL_DNS keeps one address of a name, however many it has.';

/** What Envoy runs decides: its kind of discovery, and the hosts it has now. */
function singleInEnvoy(running: readonly Upstream[]): Single | null {
  const evidence = running.flatMap(({ cluster, envoy }): readonly Evidence[] => {
    const { name, discovery, place } = cluster;
    const hosts = envoy.hosts.state === 'not-read' ? [] : envoy.hosts.value;
    const told = hosts.find((one) => one.cluster === name);
    if (told && told.hosts.length > 1) return [];
    const proof = envoyEvidence('config_dump', place, { name, type: discovery });
    if (discovery === 'LOGICAL_DNS') return [proof];
    if (discovery !== 'STRICT_DNS' || told?.hosts.length !== 1) return [];
    return [proof, envoyEvidence('clusters', told.place, { name, hosts: 1 })];
  });
  if (evidence.length === 0) return null;
  const all = running.some(({ cluster }) => cluster.discovery === 'LOGICAL_DNS');
  return {
    state: 'single',
    because: all ? logical : 'Its name has one address: that of a cluster IP, or of one pod.',
    evidence,
  };
}

/** By default App Mesh takes response type LOADBALANCER, and makes LOGICAL_DNS of it. */
function singleInObjects(model: Model, node: VirtualNode): Single | null {
  const dns = 'spec.serviceDiscovery.dns';
  const type = asText(asObject(asObject(node.spec.serviceDiscovery).dns).responseType) ?? 'LOADBALANCER';
  if (type === 'LOADBALANCER') return { state: 'single', because: logical, evidence: [node.at(`${dns}.responseType`)] };
  const service = serviceOfHostname(model, node.hostname ?? '');
  if (service?.state === 'unknown') return { state: 'unknown', gap: service.gap };
  if (service?.state !== 'present' || service.value.headless || service.value.type === 'ExternalName') return null;
  const because = 'The name of a Service with a cluster IP has that one address.';
  return { state: 'single', because, evidence: [service.value.at('spec.clusterIP')] };
}
