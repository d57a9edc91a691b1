import { asList, asNumber, asObject, asText, asTexts, isObject } from '../../lib/json.ts';
import type { KubernetesObject } from '../../snapshot/object.ts';
import { Resource } from '../resource.ts';
import { type LabelSelector, readSelector } from '../selector.ts';
import type { Container } from './kinds.ts';

/** The `NetworkPolicy` kind, as far as it speaks of connections that come in. */
export interface NetworkPolicy extends Resource {
  readonly podSelector: LabelSelector;
  /** True where it says who may connect: what no rule of any policy allows is denied then. */
  readonly limitsIngress: boolean;
  /** What it allows; empty allows nothing. */
  readonly ingress: readonly { readonly ports: readonly PolicyPort[] }[];
}

/** Ports a rule allows; a name is that of a container port. */
interface PolicyPort {
  readonly protocol: string;
  /** Null: every port. */
  readonly port: number | string | null;
  readonly endPort: number | null;
}

/** Reads a NetworkPolicy; without policyTypes it limits what comes in (API reference of networking.k8s.io/v1). */
export function readNetworkPolicy(object: KubernetesObject): NetworkPolicy {
  const resource = new Resource(object);
  const { spec } = resource;
  const types = asTexts(spec.policyTypes);
  return Object.assign(resource, {
    podSelector: readSelector(spec.podSelector) ?? { matchLabels: {}, matchExpressions: [] },
    limitsIngress: isObject(spec.podSelector) && (types.length === 0 || types.includes('Ingress')),
    ingress: asList(spec.ingress).map((rule) => ({
      ports: asList(asObject(rule).ports).map((item) => {
        const { protocol, port, endPort } = asObject(item);
        return {
          protocol: asText(protocol) ?? 'TCP',
          port: asNumber(port) ?? asText(port) ?? null,
          endPort: asNumber(endPort) ?? null,
        };
      }),
    })),
  });
}

/** Whether a policy lets anybody connect to a TCP port of these containers; a rule without ports allows all of them. */
export function allowsPort({ ingress }: NetworkPolicy, port: number, containers: readonly Container[]): boolean {
  const names = new Set(
    containers.flatMap(({ ports }) => ports.filter((one) => one.port === port).map((one) => one.name)),
  );
  return ingress.some(
    ({ ports }) =>
      ports.length === 0 ||
      ports.some((one) => {
        if (one.protocol !== 'TCP') return false;
        if (one.port === null) return true;
        if (typeof one.port === 'string') return names.has(one.port);
        return port >= one.port && port <= (one.endPort ?? one.port);
      }),
  );
}
