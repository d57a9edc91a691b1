import { listedKinds } from './kinds.ts';

/** A verb of ours that needs rights. */
export type NeedingVerb = 'diagnose' | 'explain' | 'collect' | 'status' | 'rescue' | 'logs';

/** One thing that is asked of an API server: what for, and what is lost without it. */
export interface Right {
  readonly verbs: readonly string[];
  readonly group: string;
  /** With its subresource: `pods/portforward`. */
  readonly resource: string;
  readonly namespaced: boolean;
  /** The verbs of ours that use it; empty: every one that reads a cluster. */
  readonly for: readonly NeedingVerb[];
  readonly why: string;
  readonly lost: string;
}

/** Every right that is ever used. Secrets and ConfigMaps are not among them, and nothing that writes. */
export const rights: readonly Right[] = [
  ...listedKinds.map(
    ({ group, resource, namespaced, why, lost }): Right => ({
      verbs: ['list'],
      group,
      resource,
      namespaced,
      for: [],
      why,
      lost,
    }),
  ),
  {
    // A WebSocket is opened by GET (kube-apiserver asks for `get`), one over SPDY by POST (`create`); newer servers want both.
    verbs: ['get', 'create'],
    group: '',
    resource: 'pods/portforward',
    namespaced: true,
    for: [],
    why: 'to ask the Envoys of gateway pods what they run (with --via agent in the namespace of the agent alone; not needed with --via direct or --admin)',
    lost: 'what Envoy runs: findings rest on objects alone',
  },
  {
    verbs: ['get'],
    group: '',
    resource: 'pods/log',
    namespaced: true,
    for: ['logs', 'diagnose', 'collect'],
    why: 'access logs of gateway pods (not needed with --no-logs)',
    lost: 'which requests fail, since when, and why',
  },
];

/** The rights one of our verbs needs; null: all of them. */
export function rightsOf(verb: NeedingVerb | null): readonly Right[] {
  if (verb === null) return rights;
  return rights.filter((right) => right.for.length === 0 || right.for.includes(verb));
}

/** An action that a rule or verb asks of AWS. */
export interface AwsRight {
  readonly action: string;
  readonly why: string;
  readonly lost: string;
}

/** What `--aws` and `--xray` ask of AWS: reading only. */
export const awsRights: readonly AwsRight[] = [
  {
    action: 'cloudwatch:GetMetricData',
    why: '--aws: the metrics of load balancers and gateways',
    lost: 'whether targets of load balancers are healthy, whether metrics arrive',
  },
  {
    action: 'cloudwatch:ListMetrics',
    why: '--aws: which metrics there are',
    lost: 'whether metrics are exported at all',
  },
  { action: 'xray:GetTraceSummaries', why: '--xray: the traces of a window', lost: 'traces' },
  { action: 'xray:BatchGetTraces', why: '--xray: the segments of a trace', lost: 'traces' },
];
