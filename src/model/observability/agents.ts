import { memoize } from '../../lib/memo.ts';
import type { Gap } from '../../snapshot/coverage.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import type { Model } from '../model.ts';
import type { Container, Pod, Workload } from '../platform/kinds.ts';

/** What collects: lines of containers, or statistics. */
export type Collects = 'logs' | 'metrics';

/** Parts of the image names of agents that are widely used. */
const images: Readonly<Record<Collects, RegExp>> = {
  logs: /fluent-?bit|fluentd|\bvector\b|promtail|\/(alloy|agent|beats)\b|filebeat|elastic-agent|logstash|otel|opentelemetry|collector|datadog|newrelic|splunk|cloudwatch|logspout|sumologic|dynatrace|oneagent|logdna|logging-operator|logs?-?agent/i,
  metrics:
    /prometheus|cloudwatch|otel|opentelemetry|collector|datadog|\/(alloy|agent)\b|grafana-agent|vmagent|victoria|telegraf|newrelic|dynatrace|oneagent|metricbeat|elastic-agent|splunk|statsd|kubecost|meshdoctor/i,
};

/** Whether anything in the cluster collects this. */
export type Agents =
  | { readonly state: 'there'; readonly agents: readonly (Pod | Workload)[] }
  | { readonly state: 'absent'; readonly proof: Evidence }
  | { readonly state: 'unknown'; readonly gap: Gap };

/** The workloads and pods that collect logs, or metrics, told by their images; absent only where all DaemonSets and pods were listed. */
export const agentsOf = {
  logs: memoize((model: Model) => find(model, 'logs')),
  metrics: memoize((model: Model) => find(model, 'metrics')),
} as const satisfies Readonly<Record<Collects, (model: Model) => Agents>>;

function find(model: Model, what: Collects): Agents {
  const collects = ({ containers }: { readonly containers: readonly Container[] }): boolean =>
    containers.some(({ image, name }) => images[what].test(image) || images[what].test(name));
  const agents = [...model.workloads, ...model.pods].filter(collects);
  if (agents.length > 0) return { state: 'there', agents };
  for (const kind of ['DaemonSet', 'Deployment', 'StatefulSet', 'Pod']) {
    const seen = model.completeness(kind, '*');
    if (!seen.complete) return { state: 'unknown', gap: seen.gap };
  }
  const seen = model.completeness('DaemonSet', '*');
  return seen.complete ? { state: 'absent', proof: seen.proof } : { state: 'unknown', gap: seen.gap };
}
