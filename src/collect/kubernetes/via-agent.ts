import { asList, asNumber, asObject, asText, asTextMap, parseJson } from '../../lib/json.ts';
import type { PodName } from '../../snapshot/envoy/view.ts';
import type { KubernetesObject } from '../../snapshot/object.ts';
import type { AdminTarget } from '../envoy-admin/get.ts';
import { getText } from '../envoy-admin/get.ts';
import type { Cluster } from './cluster.ts';
import { forwardedTarget } from './forward.ts';
import type { EnvoyPod } from './scope.ts';

/** The container port of the agent's pods that `--via agent` leads to, by name. */
export const adminProxyPort = 'admin-proxy';
/** What the agent answers there beside pages of Envoys: which pods it asks, `NS/NAME` each, as JSON. */
export const envoysPath = '/envoys';

/** Which agent asks the Envoy of a pod. */
export interface AgentWays {
  /** Why not, where no agent does. */
  readonly wayTo: (pod: PodName) => AdminTarget | string;
  readonly close: () => void;
}

interface AgentPod extends PodName {
  readonly node: string | null;
  readonly port: number;
}

/** Asks the agents among the pods that were read which Envoys they ask, those of the same nodes first, until all are known. */
export async function findAgents(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  pods: readonly EnvoyPod[],
  { requestTimeoutMs, signal }: { readonly requestTimeoutMs: number; readonly signal: AbortSignal },
): Promise<AgentWays> {
  const nodes = new Set(pods.map(({ node }) => node));
  const agents = [...agentPods(objects)].sort(
    (one, other) => Number(nodes.has(other.node)) - Number(nodes.has(one.node)),
  );
  const left = new Set(pods.map(keyOf));
  const ways = new Map<string, AdminTarget>();
  const opened: ReturnType<typeof forwardedTarget>[] = [];
  let trouble = 'no pod of the agent that offers it is among those that were read: meshdoctor install';
  for (const agent of agents) {
    if (left.size === 0) break;
    const target = forwardedTarget(cluster.config, agent, agent.port);
    opened.push(target);
    const answer = await getText(target, envoysPath, requestTimeoutMs, signal);
    if (!answer.ok || answer.status !== 200) {
      trouble = `the agent in ${target.label}: ${answer.ok ? `it answered ${answer.status}` : answer.reason}`;
      continue;
    }
    trouble = 'no agent counts it: one that has just begun has not looked yet';
    for (const key of keysOf(answer.text)) if (left.delete(key)) ways.set(key, target);
  }
  return {
    wayTo(pod) {
      const target = ways.get(keyOf(pod));
      return target ? { ...target, label: `pod ${keyOf(pod)}`, prefix: `/envoy/${keyOf(pod)}` } : trouble;
    },
    close: () => {
      for (const { agent } of opened) agent.destroy();
    },
  };
}

function* agentPods(objects: readonly KubernetesObject[]): Generator<AgentPod> {
  for (const { ref, body } of objects) {
    if (ref.kind !== 'Pod' || ref.apiVersion !== 'v1') continue;
    const labels = asTextMap(asObject(body.metadata).labels);
    const mine = labels['app.kubernetes.io/name'] === 'meshdoctor' && labels['app.kubernetes.io/component'] === 'agent';
    if (!mine || asObject(body.status).phase !== 'Running') continue;
    const spec = asObject(body.spec);
    const ports = asList(spec.containers).flatMap((one) => asList(asObject(one).ports).map(asObject));
    const port = asNumber(ports.find(({ name }) => name === adminProxyPort)?.containerPort);
    if (port === undefined) continue;
    yield { namespace: ref.namespace ?? '', name: ref.name, node: asText(spec.nodeName) ?? null, port };
  }
}

function keyOf({ namespace, name }: PodName): string {
  return `${namespace}/${name}`;
}

function keysOf(text: string): readonly string[] {
  return asList(parseJson(text)).map(String);
}
