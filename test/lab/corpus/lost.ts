import { route } from './parts.ts';
import type { Changes, CorpusStory, Group } from './story.ts';

const notReady = (pod: string): Changes['status'] => ({
  [pod]: {
    conditions: [
      { type: 'Ready', status: 'False', reason: 'ContainersNotReady', lastTransitionTime: '2026-11-26T08:00:00Z' },
    ],
    containerStatuses: [
      {
        name: 'envoy',
        image: 'public.ecr.aws/appmesh/aws-appmesh-envoy:v1.34.13.3-prod',
        imageID: '',
        ready: false,
        restartCount: 1,
        started: true,
        state: { running: { startedAt: '2026-11-26T08:00:00Z' } },
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled', finishedAt: '2026-11-26T07:59:58Z' } },
      },
    ],
  },
});
const empty = 'gateway-pod-empty VirtualGateway shop/edge';
const restart = 'restart-loses-config VirtualGateway shop/edge';

/** The faults of the incident, as its operator left them. */
const incident: Changes = {
  merge: {
    'VirtualNode shop/payments': { spec: { listeners: [{ portMapping: { port: 9090, protocol: 'http' } }] } },
    'VirtualService shop/search': { spec: { provider: null } },
  },
  apply: route('reviews', '{prefix: /reviews}', 'review'),
};
const planted = [
  'target-service-missing GatewayRoute shop/reviews',
  'target-service-no-provider VirtualService shop/search',
  'node-port-mismatch VirtualNode shop/payments',
];
const rejected = 'config-rejected VirtualGateway shop/edge';
const bad = ['/payments/1', '/payments/2', '/search/1', '/reviews/1', '/cart/1'].map((path) => ({ path }));

const incidentStories = (name: string): readonly CorpusStory[] => [
  { name: `${name}-quiet`, says: 'The incident, while nobody asks for anything.', planted: [...planted, rejected] },
  {
    name: `${name}-under-traffic`,
    says: 'The incident with requests going on: the failing ones, too.',
    planted: [...planted, rejected],
    requests: bad,
  },
];

/** Gateways that have lost something: pods, an update, or every route. */
export const lostGroups: readonly Group[] = [
  {
    name: 'one-empty',
    envoyVersion: '1.40.0',
    replicas: 2,
    controlPlane: 'dead',
    emptied: [1],
    stories: [
      {
        name: 'one-pod-empty',
        says: 'One pod of the frozen gateway was killed and came back without its configuration.',
        planted: [empty, restart],
        status: notReady('Pod shop/edge-*1') ?? {},
      },
      {
        name: 'one-pod-empty-just-now',
        says: 'The same a moment after: nobody has marked the pod unready yet.',
        planted: [empty],
      },
      {
        name: 'one-pod-empty-envoys-alone',
        says: 'The same by the admin endpoints alone.',
        planted: [empty],
        envoyAlone: true,
      },
    ],
  },
  {
    name: 'all-empty',
    envoyVersion: '1.40.0',
    replicas: 1,
    controlPlane: 'dead',
    emptied: [0],
    givesUp: true,
    stories: [
      {
        name: 'every-pod-empty',
        says: 'The only pod of the gateway restarted after the end: it says LIVE, and has no listener.',
        planted: [empty],
      },
      {
        name: 'every-pod-empty-envoy-alone',
        says: 'The same by its admin endpoint alone.',
        planted: [empty],
        envoyAlone: true,
      },
    ],
  },
  {
    name: 'incident',
    envoyVersion: '1.40.0',
    replicas: 1,
    controlPlane: 'dead',
    base: incident,
    refused: 'listener',
    stories: [
      ...incidentStories('incident'),
      {
        name: 'incident-envoy-alone',
        says: 'The incident by the admin endpoint alone, with requests going on.',
        planted: [
          rejected,
          'target-service-no-provider VirtualService shop/search',
          'upstream-connect-failures VirtualNode shop/payments',
        ],
        requests: bad,
        envoyAlone: true,
      },
    ],
  },
  {
    name: 'incident-1.36.2',
    envoyVersion: '1.36.2',
    replicas: 2,
    controlPlane: 'dead',
    base: incident,
    refused: 'listener',
    stories: incidentStories('incident-1.36.2'),
  },
  {
    name: 'frozen-1.36.2',
    envoyVersion: '1.36.2',
    replicas: 1,
    controlPlane: 'dead',
    stories: [
      { name: 'frozen-1.36.2-calm', says: 'An older Envoy, frozen and whole, is all there is of the gateway.' },
      { name: 'frozen-1.36.2-envoy-alone', says: 'The same by its admin endpoint alone.', envoyAlone: true },
    ],
  },
  {
    name: 'stalled',
    envoyVersion: '1.40.0',
    replicas: 1,
    controlPlane: 'stalled',
    stories: [
      {
        name: 'stalled-calm',
        says: 'The control plane keeps the connection and says nothing more; all is as it was.',
        now: '2026-09-01T10:00:00Z',
      },
    ],
  },
];
