import type { Alert, Condition } from './alert.ts';
import type { InstrumentName } from './catalogue.ts';

const failed = (stat: Condition['stat'], is: Condition['is'], than: number, minutes: number): Condition => ({
  metric: 'gateway.failed',
  stat,
  is,
  than,
  minutes,
});
const gauge = (metric: InstrumentName): Condition => ({ metric, stat: 'value', is: '>=', than: 1 });
const pods = (which: 'serving' | 'threatened' | 'empty' | 'safe', is: Condition['is'], than: number): Condition => ({
  metric: `gateway.pods.${which}`,
  stat: 'part',
  is,
  than,
});

/** What on-call accepts. Standing facts, such as the missing control plane of App Mesh, are not among them and never will be. */
export const alerts: readonly Alert[] = [
  {
    name: 'GatewayDown',
    severity: 'page',
    per: 'gateway',
    all: [pods('serving', '<', 1), { ...failed('whole', '>', 0, 60), begins: true }],
    forMinutes: 1,
    runbook: 'gateway-no-ready-pod',
    summary: 'No pod of the gateway serves, and it had traffic before',
  },
  {
    name: 'GatewayErrorsFast',
    severity: 'page',
    per: 'gateway',
    all: [failed('ratio', '>', 0.0144, 5), failed('ratio', '>', 0.0144, 60), failed('part', '>=', 50, 5)],
    forMinutes: 2,
    runbook: 'requests-failing',
    summary: 'More than 1.44 % of the requests fail: a month of 99.9 % would be used up in two days',
  },
  {
    name: 'GatewayErrorsSlow',
    severity: 'ticket',
    per: 'gateway',
    all: [failed('ratio', '>', 0.006, 30), failed('ratio', '>', 0.006, 360), failed('part', '>=', 100, 30)],
    forMinutes: 15,
    runbook: 'requests-failing',
    summary: 'More than 0.6 % of the requests have failed for hours',
  },
  {
    name: 'RouteDown',
    severity: 'ticket',
    per: 'route',
    all: [
      { metric: 'route.failed', stat: 'ratio', is: '>=', than: 0.5, minutes: 5 },
      { metric: 'route.failed', stat: 'part', is: '>=', than: 20, minutes: 5 },
    ],
    forMinutes: 5,
    runbook: 'requests-failing',
    summary: 'Half or more of the requests of the route fail',
  },
  {
    name: 'RoutesDown',
    severity: 'ticket',
    per: 'gateway',
    all: [gauge('gateway.routes.down')],
    forMinutes: 5,
    runbook: 'requests-failing',
    summary: 'Of a route, or several, half or more of the requests fail',
    only: 'cloudwatch',
  },
  {
    name: 'RouteDown',
    severity: 'page',
    per: 'gateway',
    all: [gauge('gateway.routes.paged')],
    forMinutes: 5,
    runbook: 'requests-failing',
    summary: 'Half or more of the requests of a route fail that is annotated meshdoctor.io/page',
  },
  {
    name: 'RequestsLostRoute',
    severity: 'page',
    per: 'gateway',
    all: [{ metric: 'gateway.lost_route', stat: 'added', is: '>=', than: 20, minutes: 5 }],
    forMinutes: 5,
    runbook: 'route-never-applied',
    summary: 'Requests that were served yesterday get 404 from the gateway itself',
  },
  {
    name: 'GatewayPodEmpty',
    severity: 'page',
    per: 'gateway',
    all: [pods('empty', '>=', 1)],
    any: [pods('serving', '<', 2), { metric: 'gateway.pods.serving', stat: 'ratio', is: '<', than: 0.5 }],
    forMinutes: 2,
    runbook: 'gateway-pod-empty',
    summary: 'A pod lost its routes for good, and few pods are left that serve',
  },
  {
    name: 'GatewayPodEmpty',
    severity: 'ticket',
    per: 'gateway',
    all: [pods('empty', '>=', 1)],
    forMinutes: 2,
    runbook: 'gateway-pod-empty',
    summary: 'A pod lost its routes for good',
  },
  {
    name: 'FrozenPodThreatened',
    severity: 'page',
    per: 'gateway',
    all: [pods('threatened', '>=', 1), pods('safe', '<', 2)],
    forMinutes: 0,
    runbook: 'restart-loses-config',
    summary: 'A pod that cannot be replaced is about to be taken away, and fewer than two would be left',
  },
  {
    name: 'FrozenPodThreatened',
    severity: 'ticket',
    per: 'gateway',
    all: [pods('threatened', '>=', 1)],
    forMinutes: 0,
    runbook: 'restart-loses-config',
    summary: 'A pod that cannot be replaced is about to be taken away',
  },
  {
    name: 'TargetSidecarDead',
    severity: 'page',
    per: 'gateway',
    all: [gauge('gateway.targets.sidecar_lost')],
    forMinutes: 3,
    runbook: 'sidecar-never-configured',
    summary: 'The injected Envoy of a target never started, and fewer than half of its members serve',
  },
  {
    name: 'TargetSidecarDead',
    severity: 'ticket',
    per: 'gateway',
    all: [gauge('gateway.targets.sidecar_dead')],
    forMinutes: 3,
    runbook: 'sidecar-never-configured',
    summary: 'The injected Envoy of a target never started',
  },
  {
    name: 'CertificateEnds',
    severity: 'page',
    per: 'gateway',
    all: [gauge('gateway.certificates.ending')],
    forMinutes: 15,
    runbook: 'certificate-expiring',
    summary: 'A certificate ends within days',
    dayHours: true,
  },
  {
    name: 'CertificateSoon',
    severity: 'ticket',
    per: 'gateway',
    all: [gauge('gateway.certificates.soon')],
    forMinutes: 360,
    runbook: 'certificate-expiring',
    summary: 'A certificate ends within weeks and cannot renew itself',
  },
  {
    name: 'ConfigurationFault',
    severity: 'ticket',
    per: 'gateway',
    all: [gauge('gateway.config.faults')],
    forMinutes: 10,
    runbook: 'config-rejected',
    summary: 'Envoy rejects its configuration, or runs another one than asked for, and the control plane lives',
    only: 'cloudwatch',
  },
  {
    name: 'TargetHalfGone',
    severity: 'ticket',
    per: 'gateway',
    all: [gauge('gateway.targets.half_gone')],
    forMinutes: 15,
    runbook: 'node-no-ready-endpoint',
    summary: 'Fewer than half of the members of a target are healthy',
  },
  {
    name: 'LatencyNearTimeout',
    severity: 'ticket',
    per: 'gateway',
    all: [gauge('gateway.routes.slow')],
    forMinutes: 30,
    runbook: 'upstream-timeouts',
    summary: 'The slowest hundredth of the requests of a route takes more than 80 % of its timeout',
  },
  {
    name: 'RescueCopyOld',
    severity: 'ticket',
    per: 'gateway',
    all: [{ metric: 'gateway.rescue.age', stat: 'value', is: '>', than: 86_400 }],
    forMinutes: 60,
    runbook: 'rescue-copy-missing',
    summary: 'The newest good rescue copy of a frozen gateway is older than a day, or there is none',
  },
  {
    name: 'AgentBlind',
    severity: 'ticket',
    per: 'gateway',
    all: [{ metric: 'gateway.look.age', stat: 'value', is: '>', than: 900, minutes: 15 }],
    forMinutes: 1,
    missingFires: true,
    runbook: 'docs/metrics.md',
    summary: 'Nobody has seen the gateway well for 15 minutes',
  },
  {
    name: 'AgentBlind',
    severity: 'page',
    per: 'cluster',
    all: [{ metric: 'agent.up', stat: 'value', is: '<', than: 1, minutes: 15 }],
    forMinutes: 15,
    missingFires: true,
    runbook: 'docs/metrics.md',
    summary: 'No agent of the cluster has been heard for 15 minutes: nobody looks at any gateway',
  },
];

/** Shows the agents of a cluster, as `install` labels them. */
export const agentPods = 'kubectl get pods -A -l app.kubernetes.io/name=meshdoctor';

/** The alerts that use a metric, by name. */
export function alertsUsing(metric: InstrumentName): readonly string[] {
  const using = alerts.filter(({ all, any = [] }) => [...all, ...any].some((condition) => condition.metric === metric));
  return [...new Set(using.map(({ name }) => name))];
}

/** Page and what of its object it silences: the larger trouble speaks alone. A ticket silences nobody's page. */
export const inhibitions: readonly { readonly source: string; readonly targets: readonly string[] | 'all' }[] = [
  { source: 'GatewayDown', targets: 'all' },
  { source: 'TargetSidecarDead', targets: ['RouteDown', 'RoutesDown'] },
];
