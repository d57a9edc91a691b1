import { daemonSet } from '../../support/agents.ts';
import { calm, pod, virtualGateway } from '../../support/frozen.ts';
import type { RuleCases } from '../../support/rule-table.ts';

const sinks = 'bootstrap: { stats_sinks: [{ name: envoy.stat_sinks.dog_statsd }] }';
const statsd = pod('edge-1').replace('env: [', "env: [{ name: ENABLE_ENVOY_DOG_STATSD, value: '1' }, ");

const cloudWatch = (name: string) =>
  `region: eu-west-1\ngatewayMetrics: [{ namespace: shop, metric: RequestCount, dimensions: { Mesh: shop, VirtualGateway: ${name} } }]\n`;

export default {
  fires: [
    {
      name: 'no sink, no collector',
      manifests: calm,
      closed: true,
      finds: ['VirtualGateway shop/edge'],
      says: 'go nowhere',
      effect: 'latent',
      severity: 'warning',
    },
    {
      name: 'by the bootstrap',
      manifests: virtualGateway,
      closed: true,
      envoy: 'connected: false',
      finds: ['VirtualGateway shop/edge'],
    },
    {
      name: 'CloudWatch got metrics of another gateway only',
      manifests: calm + daemonSet('quay.io/prometheus/prometheus:v3'),
      closed: true,
      cloudWatch: cloudWatch('inner_shop'),
      finds: ['VirtualGateway shop/edge'],
      says: 'CloudWatch got no metric of gateway edge within three hours',
    },
  ],
  quiet: [
    {
      name: 'CloudWatch got metrics of it, whoever sent them',
      manifests: calm,
      closed: true,
      cloudWatch: cloudWatch('edge_shop'),
      notEvaluated: [],
    },
    {
      name: 'CloudWatch got none of any gateway: nobody may want them there',
      manifests: calm + daemonSet('quay.io/prometheus/prometheus:v3'),
      closed: true,
      cloudWatch: 'region: eu-west-1\ngatewayMetrics: []\n',
      notEvaluated: [],
    },
    {
      name: 'Prometheus runs',
      manifests: calm + daemonSet('quay.io/prometheus/prometheus:v3'),
      closed: true,
      notEvaluated: [],
    },
    { name: 'a sink in the bootstrap', manifests: virtualGateway, closed: true, envoy: sinks, notEvaluated: [] },
    { name: 'the variable of the image', manifests: virtualGateway + statsd, closed: true, notEvaluated: [] },
    { name: 'files say nothing of what is not in them', manifests: calm, notEvaluated: ['VirtualGateway shop/edge'] },
    {
      name: 'nothing of its Envoys was read',
      manifests: virtualGateway,
      closed: true,
      notEvaluated: ['VirtualGateway shop/edge'],
    },
  ],
} satisfies RuleCases;
