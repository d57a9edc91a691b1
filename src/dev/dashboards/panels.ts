import type { InstrumentName } from '../../export/catalogue.ts';
import type { Dimension } from '../../export/dimensions.ts';

/** One line, or one for each value of a dimension. */
export interface Query {
  readonly metric: InstrumentName;
  /** Of a counter the `rate` a second; of a share its `part`, `whole` or `ratio`; of a gauge its `value`; of a distribution a percentile. */
  readonly stat: 'rate' | 'part' | 'whole' | 'ratio' | 'value' | 'p50' | 'p90' | 'p99';
  /** A line for each of their values, beside the gateway's. */
  readonly by?: readonly Dimension[];
  /** Only these values of a closed dimension. */
  readonly where?: { readonly [D in Dimension]?: readonly string[] };
  readonly name: string;
}

/** One picture. */
export interface Panel {
  readonly title: string;
  readonly queries: readonly [Query, ...Query[]];
  /** `now`: the last value, large. */
  readonly as?: 'now';
  /** From this value on it is red. */
  readonly bad?: number;
}

/** Pictures that answer one question. */
export interface Section {
  readonly question: string;
  readonly panels: readonly Panel[];
}

const one = (
  title: string,
  metric: InstrumentName,
  stat: Query['stat'],
  more: Partial<Pick<Query, 'by' | 'where'> & Pick<Panel, 'as' | 'bad'>> = {},
): Panel => {
  const { as, bad, ...query } = more;
  const name = query.by ? '' : title.toLowerCase();
  return { title, queries: [{ metric, stat, name, ...query }], ...(as ? { as } : {}), ...(bad ? { bad } : {}) };
};
const percentiles = (title: string, metric: 'gateway.latency' | 'agent.envoy.read'): Panel => {
  const of = (stat: 'p50' | 'p90' | 'p99'): Query => ({ metric, stat, name: stat });
  return { title, queries: [of('p50'), of('p90'), of('p99')] };
};
const unanswered = { class: ['4xx', '5xx', 'none'] };

/** What an engineer on call looks at, in the order in which it is looked at. */
export const sections: readonly Section[] = [
  {
    question: 'Is traffic hurt?',
    panels: [
      one('Requests that fail', 'gateway.failed', 'ratio', { as: 'now', bad: 0.006 }),
      one('Pods that serve', 'gateway.pods.serving', 'part', { as: 'now' }),
      one('Routes that are down', 'gateway.routes.down', 'value', { as: 'now', bad: 1 }),
      one('Requests that lost their route, a second', 'gateway.lost_route', 'rate', { as: 'now', bad: 0.01 }),
      {
        title: 'Requests a second',
        queries: [
          { metric: 'gateway.failed', stat: 'whole', name: 'all' },
          { metric: 'gateway.failed', stat: 'part', name: 'failed' },
        ],
      },
      one('Errors a second by cause', 'gateway.requests', 'rate', {
        by: ['class', 'by', 'cause'],
        where: unanswered,
      }),
      percentiles('Latency', 'gateway.latency'),
      one('Retries a second', 'gateway.retries', 'rate'),
      one('Connections of clients', 'gateway.connections', 'value'),
      one('Bytes a second', 'gateway.bytes', 'rate', { by: ['direction'] }),
    ],
  },
  {
    question: 'Which route?',
    panels: [
      one('Requests that fail, by route', 'route.failed', 'ratio', { by: ['route'] }),
      one('Requests a second, by route', 'route.failed', 'whole', { by: ['route'] }),
      one('Latency, p99 by route', 'route.latency', 'p99', { by: ['route'] }),
      one('Errors a second, by route and cause', 'route.requests', 'rate', {
        by: ['route', 'class', 'by', 'cause'],
        where: unanswered,
      }),
      one('Retries a second, by route', 'route.retries', 'rate', { by: ['route'] }),
      one('Bytes a second, by route', 'route.bytes', 'rate', { by: ['route', 'direction'] }),
      {
        title: 'Routes near their timeout, and down',
        queries: [
          { metric: 'gateway.routes.slow', stat: 'value', name: 'near their timeout' },
          { metric: 'gateway.routes.down', stat: 'value', name: 'down' },
        ],
      },
      one('Annotated routes that are down', 'gateway.routes.paged', 'value'),
    ],
  },
  {
    question: 'Is it the targets?',
    panels: [
      {
        title: 'Targets in trouble',
        queries: [
          { metric: 'gateway.targets.half_gone', stat: 'value', name: 'targets, less than half healthy' },
          { metric: 'gateway.targets.sidecar_dead', stat: 'value', name: 'targets with a sidecar that never started' },
          { metric: 'gateway.targets.sidecar_lost', stat: 'value', name: 'and lost by that' },
        ],
      },
      one('Healthy members, of all', 'target.healthy', 'ratio', { by: ['target'] }),
      one('Members', 'target.members', 'value', { by: ['target', 'health'] }),
      one('Retries a second, by target', 'target.retries', 'rate', { by: ['target'] }),
      one('Timeouts a second, by target', 'target.timeouts', 'rate', { by: ['target'] }),
    ],
  },
  {
    question: 'Is the configuration frozen, stale, empty or refused?',
    panels: [
      {
        title: 'Pods',
        queries: [
          { metric: 'gateway.pods.serving', stat: 'part', name: 'serve, as far as is seen' },
          { metric: 'gateway.pods.safe', stat: 'part', name: 'serve, and nothing threatens them' },
          { metric: 'gateway.pods.threatened', stat: 'part', name: 'are about to be taken away' },
          { metric: 'gateway.pods.empty', stat: 'part', name: 'lost their routes' },
          { metric: 'gateway.pods.serving', stat: 'whole', name: 'all' },
        ],
      },
      one('Pods by what they are good for', 'gateway.pods', 'value', { by: ['pod'] }),
      one('Control plane connected', 'gateway.control_plane.connected', 'value'),
      one('Age of the configuration', 'gateway.config.age', 'value'),
      one('Refused, drifted, unlike, and the control plane lives', 'gateway.config.faults', 'value'),
      {
        title: 'Drift',
        queries: [
          { metric: 'gateway.config.drift', stat: 'value', name: 'routes unlike their objects' },
          { metric: 'gateway.replicas.disagree', stat: 'value', name: 'pods unlike the others' },
        ],
      },
      one('Age of the rescue copy', 'gateway.rescue.age', 'value', { bad: 86_400 }),
      one('Findings', 'findings', 'value', { by: ['rule', 'severity'] }),
    ],
  },
  {
    question: 'Do certificates end?',
    panels: [
      {
        title: 'Certificates',
        queries: [
          { metric: 'gateway.certificates.ending', stat: 'value', name: 'end within days' },
          { metric: 'gateway.certificates.soon', stat: 'value', name: 'end within weeks' },
        ],
      },
      one('Days until the first one ends', 'gateway.certificate.days', 'value'),
    ],
  },
  {
    question: 'Does the agent see and speak?',
    panels: [
      one('Agents', 'agent.up', 'value'),
      one('Since the gateway was seen well', 'gateway.look.age', 'value', { bad: 900 }),
      one('Oldest minute that CloudWatch did not take', 'agent.spool.age', 'value'),
      {
        title: 'Not told, a second',
        queries: [
          { metric: 'agent.points.lost', stat: 'rate', name: 'points lost' },
          { metric: 'agent.series.dropped', stat: 'rate', name: 'series above the ceiling' },
        ],
      },
      percentiles("Time that a call takes of an Envoy's main thread", 'agent.envoy.read'),
      one('Memory of the agent', 'agent.memory', 'value'),
      one('Agents that lead', 'agent.leader', 'value'),
      one('Wrong clock', 'agent.clock.skew', 'value'),
    ],
  },
];
