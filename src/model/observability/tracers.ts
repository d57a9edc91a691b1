import { asList, asObject, asText, isObject, valueAt } from '../../lib/json.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import { type Envoy, envoyEvidence } from '../envoy/envoy.ts';
import type { Gateway } from '../gateway.ts';
import type { Model } from '../model.ts';
import type { Pod } from '../platform/kinds.ts';
import { envoyOf, runnersOfGateway } from '../platform/runners.ts';

/** What the image of App Mesh makes of a variable: a tracer, and where its daemon is (agent/envoy_bootstrap/envoy_bootstrap.go). */
interface TracerKind {
  readonly name: string;
  readonly enabledBy: string;
  readonly portBy: string;
  readonly port: string;
  readonly addressBy: string;
  /** Names of containers or parts of images that take its spans. */
  readonly daemons: RegExp;
}

const kinds: readonly TracerKind[] = [
  {
    name: 'X-Ray',
    enabledBy: 'ENABLE_ENVOY_XRAY_TRACING',
    portBy: 'XRAY_DAEMON_PORT',
    port: '2000',
    addressBy: 'AWS_XRAY_DAEMON_ADDRESS',
    daemons: /x-?ray|otel|opentelemetry|collector|cloudwatch/i,
  },
  {
    name: 'Jaeger',
    enabledBy: 'ENABLE_ENVOY_JAEGER_TRACING',
    portBy: 'JAEGER_TRACER_PORT',
    port: '9411',
    addressBy: 'JAEGER_TRACER_ADDRESS',
    daemons: /jaeger|zipkin|otel|opentelemetry|collector|tempo/i,
  },
  {
    name: 'Datadog',
    enabledBy: 'ENABLE_ENVOY_DATADOG_TRACING',
    portBy: 'DATADOG_TRACER_PORT',
    port: '8126',
    addressBy: 'DATADOG_TRACER_ADDRESS',
    daemons: /datadog|otel|opentelemetry|collector/i,
  },
];

/** A tracer that the variables of a pod turn on. */
export interface PodTracer {
  readonly pod: Pod;
  readonly kind: TracerKind;
  readonly port: number;
  /** Where its daemon is; null for the pod itself. */
  readonly address: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly evidence: Evidence;
}

/** The pods of a gateway that the API server gave back, each with its tracers: the webhook writes the variables, so templates tell nothing. */
export function tracersOfPods(
  model: Model,
  gateway: Gateway,
): readonly { readonly pod: Pod; readonly custom: boolean; readonly tracers: readonly PodTracer[] }[] {
  return runnersOfGateway(model, gateway)
    .pods.filter(({ exported }) => exported)
    .flatMap((pod) => {
      const envoy = envoyOf(pod);
      if (!envoy) return [];
      const { env, path } = envoy;
      const evidence = pod.at(`${path}.env`, `variables of the Envoy of pod ${pod.ref.name}`);
      const tracers = kinds.flatMap((kind): readonly PodTracer[] => {
        if (env[kind.enabledBy] !== '1' && env[kind.enabledBy] !== 'true') return [];
        const address = env[kind.addressBy];
        const port = Number(env[kind.portBy] || kind.port);
        // A reference to a field (`valueFrom`) is read as an empty value: the node's address, say.
        return [
          { pod, kind, port, address: address === undefined || isLocal(address) ? null : address, env, evidence },
        ];
      });
      return [{ pod, custom: env.ENVOY_TRACING_CFG_FILE !== undefined, tracers }];
    });
}

function isLocal(address: string): boolean {
  return /^(127\.|localhost\b|\[?::1\]?)/.test(address);
}

/** What an Envoy says of tracing: by its bootstrap for all, or by a connection manager for its own requests. */
export type RunningTracer =
  | { readonly state: 'traces' | 'none'; readonly evidence: Evidence }
  | { readonly state: 'unknown' };

/** Reads whether an Envoy traces. */
export function runningTracer({ bootstrap, listenerConfig, label }: Envoy): RunningTracer {
  const managers = listenerConfig.state === 'not-read' ? [] : managersOf(listenerConfig.value);
  for (const { manager, place } of managers) {
    if (isObject(asObject(manager.tracing).provider)) {
      return { state: 'traces', evidence: envoyEvidence('config_dump', place, manager.tracing, `tracing in ${label}`) };
    }
  }
  const telemetry = bootstrap.state === 'not-read' ? null : bootstrap.value.telemetry;
  if (bootstrap.state === 'not-read' || !telemetry) return { state: 'unknown' };
  const { place } = bootstrap.value;
  const { tracer } = telemetry;
  if (tracer !== null) {
    return { state: 'traces', evidence: envoyEvidence('config_dump', place, { tracer }, `tracer of ${label}`) };
  }
  if (bootstrap.state !== 'listed' || listenerConfig.state !== 'listed') return { state: 'unknown' };
  return { state: 'none', evidence: envoyEvidence('config_dump', place, { tracing: null }, `no tracer in ${label}`) };
}

/** The connection managers that sample no request at all, whatever a client asks. */
export function unsampled({ listenerConfig, label }: Envoy): {
  readonly all: boolean;
  readonly evidence: readonly Evidence[];
} {
  const managers = listenerConfig.state === 'not-read' ? [] : managersOf(listenerConfig.value);
  const traced = managers.filter(({ manager }) => isObject(manager.tracing));
  const none = traced.filter(({ manager }) => {
    const { random_sampling: random, overall_sampling: overall } = asObject(manager.tracing);
    return isNought(random) || isNought(overall);
  });
  return {
    all: none.length > 0 && none.length === traced.length,
    evidence: none.map(({ manager, place }) =>
      envoyEvidence(
        'config_dump',
        { ...place, pointer: `${place.pointer}/tracing` },
        manager.tracing,
        `sampling in ${label}`,
      ),
    ),
  };
}

/** A Percent of 0, which Envoy prints as `{}`; an absent one is 100. */
function isNought(percent: unknown): boolean {
  return isObject(percent) && (percent.value === undefined || percent.value === 0);
}

function managersOf(listeners: Extract<Envoy['listenerConfig'], { state: 'listed' }>['value']) {
  return listeners.flatMap(({ http, body }) =>
    body === null
      ? []
      : http.map(({ place }) => ({
          place,
          manager: asObject(valueAt(body.json, place.pointer.slice(body.place.pointer.length))),
        })),
  );
}

/** True where a container of the pod takes the spans: by its port, its name or its image. */
export function hasDaemon({ pod, port, kind }: PodTracer): boolean {
  return asList(pod.spec.containers)
    .concat(asList(pod.spec.initContainers))
    .map(asObject)
    .some(({ name, image, ports }) => {
      if (name === 'envoy') return false;
      if (asList(ports).some((item) => asObject(item).containerPort === port)) return true;
      return kind.daemons.test(asText(name) ?? '') || kind.daemons.test(asText(image) ?? '');
    });
}
