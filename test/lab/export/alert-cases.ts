/** What Prometheus saw, minute by minute, and what fires then. */
export interface AlertCase {
  readonly name: string;
  /** Metric with its labels, without `meshdoctor_`, and values in promtool's notation; beside those of a calm gateway, or in their place. */
  readonly series: Readonly<Record<string, string>>;
  /** `alert severity`, in order. */
  readonly fires: readonly string[];
  /** Minutes after the beginning (420). */
  readonly at?: number;
}

const gateway = 'gateway="shop/edge"';
const requests = (status: string, labels = ''): string =>
  `gateway_requests_total{${gateway},class="${status}",by="upstream",cause="none"${labels}}`;
const route = (status: string): string =>
  `route_requests_total{${gateway},route="shop/cart",class="${status}",by="upstream",cause="none"}`;
const pods = (pod: string): string => `gateway_pods{${gateway},pod="${pod}"}`;
const state = (name: string): string => `gateway_${name}{${gateway}}`;

/** Seven hours of a frozen gateway in health: all its standing facts are told, and nothing fires. */
export const calm: Readonly<Record<string, string>> = {
  agent_up: '2x420',
  [requests('2xx')]: '0+1000x420',
  [requests('4xx')]: '0+30x420',
  [route('2xx')]: '0+100x420',
  [pods('serving')]: '3x420',
  [state('look_age_seconds')]: '20x420',
  [state('rescue_age_seconds')]: '3600x420',
  [state('control_plane_connected')]: '0x420',
  [state('config_age_seconds')]: '5000000x420',
  [state('config_drift')]: '4x420',
  [state('config_faults')]: '0x420',
  [state('certificates_soon')]: '0x420',
  [`findings{${gateway},rule="config-drift",severity="warning"}`]: '4x420',
  [`findings{${gateway},rule="replicas-disagree",severity="warning"}`]: '1x420',
};

const livingFindings = (rule: string): AlertCase['series'] => ({
  [state('control_plane_connected')]: '1x420',
  [`findings{${gateway},rule="config-drift",severity="warning"}`]: '0x420',
  [`findings{${gateway},rule="replicas-disagree",severity="warning"}`]: '0x420',
  [`findings{${gateway},rule="${rule}",severity="error"}`]: '0x400 1x20',
});

export const alertCases: readonly AlertCase[] = [
  { name: 'a frozen gateway in health, its control plane gone, drifted, its replicas unlike', series: {}, fires: [] },
  {
    name: 'no pod serves, and there was traffic',
    series: { [pods('serving')]: '3x410 0x10' },
    fires: ['GatewayDown page'],
  },
  {
    name: 'no pod serves for hours, and so there is no traffic any more',
    series: {
      [pods('serving')]: '3x240 0x180',
      [requests('2xx')]: '0+1000x240 240000x180',
      [requests('4xx')]: '0x420',
    },
    fires: ['GatewayDown page'],
  },
  {
    name: 'the way to the Envoys is cut, of pods that Kubernetes calls ready',
    series: { [pods('serving')]: '3x410 0x10', [pods('unseen')]: '0x410 3x10' },
    fires: [],
  },
  {
    name: 'no pod is left at all, and one waits for a configuration',
    series: { [pods('serving')]: '3x410 _x10', [pods('empty')]: '0x410 1x10' },
    fires: ['GatewayDown page', 'GatewayPodEmpty page', 'GatewayPodEmpty ticket'],
  },
  {
    name: 'no pod serves, of a gateway that nobody uses',
    series: { [pods('serving')]: '0x420', [requests('2xx')]: '7x420', [requests('4xx')]: '0x420' },
    fires: [],
  },
  {
    name: 'two of a hundred requests fail, for an hour',
    series: { [requests('5xx')]: '0x355 0+20x65' },
    fires: ['GatewayErrorsFast page'],
  },
  {
    name: 'two of a hundred requests fail, for ten minutes of six hours',
    series: { [requests('5xx')]: '0x410 0+20x10' },
    fires: [],
  },
  {
    name: 'one of a hundred requests fails, for hours',
    series: { [requests('5xx')]: '0+10x420' },
    fires: ['GatewayErrorsSlow ticket'],
  },
  {
    name: 'clients leave before they are answered, half of them',
    series: { [requests('none')]: '0+1000x420', [route('none')]: '0+100x420' },
    fires: [],
  },
  {
    name: 'half of the requests fail, and they are few',
    series: { [requests('2xx')]: '0+1x420', [requests('4xx')]: '0x420', [requests('5xx')]: '0+1x420' },
    fires: [],
  },
  {
    name: 'one route fails',
    series: { [route('2xx')]: '0+100x400 40000x20', [route('5xx')]: '0x400 0+9x20', [state('routes_down')]: '1x420' },
    fires: ['RouteDown ticket'],
  },
  {
    name: 'what may be of several routes fails',
    series: { [`route_requests_total{${gateway},route="other",class="5xx",by="gateway",cause="timeout"}`]: '0+9x420' },
    fires: [],
  },
  {
    name: 'one route fails that is annotated',
    series: { [state('routes_paged')]: '0x410 1x10' },
    fires: ['RouteDown page'],
  },
  {
    name: 'requests that were served get 404 from the gateway',
    series: { [`gateway_lost_route_total{${gateway}}`]: '0x405 0+10x15' },
    fires: ['RequestsLostRoute page'],
  },
  {
    name: 'one of four pods is empty',
    series: { [pods('empty')]: '0x415 1x5' },
    fires: ['GatewayPodEmpty ticket'],
  },
  {
    name: 'one of two pods is empty',
    series: { [pods('serving')]: '2x415 1x5', [pods('empty')]: '0x415 1x5' },
    fires: ['GatewayPodEmpty page', 'GatewayPodEmpty ticket'],
  },
  {
    name: 'the node of one of three pods is drained',
    series: { [pods('serving')]: '3x419 2', [pods('threatened')]: '0x419 1' },
    fires: ['FrozenPodThreatened ticket'],
  },
  {
    name: 'the nodes of two of three pods are drained',
    series: { [pods('serving')]: '3x419 1', [pods('threatened')]: '0x419 2' },
    fires: ['FrozenPodThreatened page', 'FrozenPodThreatened ticket'],
  },
  {
    name: 'the sidecar of one pod of many never started',
    series: { [state('targets_sidecar_dead')]: '0x410 1x10' },
    fires: ['TargetSidecarDead ticket'],
  },
  {
    name: 'the sidecar of one pod never started, and another leader tells it after two minutes',
    series: { [state('targets_sidecar_dead')]: '0x400 1x15 stale _ 1x1' },
    fires: ['TargetSidecarDead ticket'],
  },
  {
    name: 'the sidecar of one pod never started, and it was mended',
    series: { [state('targets_sidecar_dead')]: '0x400 1x10 0x10' },
    fires: [],
  },
  {
    name: 'the sidecars of all pods of a target never started',
    series: { [state('targets_sidecar_dead')]: '0x410 1x10', [state('targets_sidecar_lost')]: '0x410 1x10' },
    fires: ['TargetSidecarDead page', 'TargetSidecarDead ticket'],
  },
  {
    name: 'the sidecar of a pod of one target never started, and half of the members of another one are gone',
    series: { [state('targets_sidecar_dead')]: '1x420', [state('targets_half_gone')]: '0x400 1x20' },
    fires: ['TargetHalfGone ticket', 'TargetSidecarDead ticket'],
  },
  {
    name: 'half of the members of a target are gone for long',
    series: { [state('targets_half_gone')]: '0x400 1x20' },
    fires: ['TargetHalfGone ticket'],
  },
  {
    name: 'a certificate ends in two days',
    series: { [state('certificates_ending')]: '0x400 1x20' },
    fires: ['CertificateEnds page'],
  },
  {
    name: 'a certificate ends in three weeks',
    series: { [state('certificates_soon')]: '1x420' },
    fires: ['CertificateSoon ticket'],
  },
  {
    name: 'an answer takes nearly as long as it may',
    series: { [state('routes_slow')]: '0x380 2x40' },
    fires: ['LatencyNearTimeout ticket'],
  },
  {
    name: 'the rescue copy is of the day before yesterday',
    series: { [state('rescue_age_seconds')]: '100000x420' },
    fires: ['RescueCopyOld ticket'],
  },
  {
    name: 'a gateway is not seen, and others are',
    series: { [state('look_age_seconds')]: '20x400 960+60x20' },
    fires: ['AgentBlind ticket'],
  },
  {
    name: 'nobody tells of a gateway any more',
    series: { [state('look_age_seconds')]: '20x395 _x25' },
    fires: ['AgentBlind ticket'],
  },
  {
    name: 'nobody tells of a gateway any more, and another one leads',
    series: { [state('look_age_seconds')]: '20x395 _x25', agent_leader: '1x420' },
    fires: ['AgentBlind ticket'],
  },
  {
    name: 'a gateway is deleted',
    series: {
      ...Object.fromEntries(['look_age_seconds', 'config_faults'].map((name) => [state(name), '20x395 _x25'])),
      agent_leader: '1x420',
    },
    fires: [],
  },
  {
    name: 'no agent of one of two clusters is left',
    series: { 'agent_up{cluster="prod-us"}': '2x395 _x25' },
    fires: ['AgentBlind page'],
  },
  {
    name: 'no agent is left',
    series: { agent_up: '2x395 _x25' },
    fires: ['AgentBlind page'],
  },
  ...['config-drift ConfigDrift', 'config-rejected ConfigRejected', 'replicas-disagree ReplicasDisagree'].map(
    (words) => {
      const [rule = '', alert = ''] = words.split(' ');
      return { name: `${rule} on a living control plane`, series: livingFindings(rule), fires: [`${alert} ticket`] };
    },
  ),
];
