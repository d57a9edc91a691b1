import { SECURED_PORT, secretNames } from '../secured.ts';
import { withSidecar } from './parts.ts';
import type { Changes, CorpusStory, Group, Part } from './story.ts';

/** Before the end of App Mesh, and after the pods were started. */
const now = '2026-09-01T10:00:00Z';

const certificateOf = (name: string): Part => ({
  file: { certificateChain: `/certs/${name}_chain.pem`, privateKey: `/certs/${name}_key.pem` },
});
const listenersOf = (tls: Part) => [{ portMapping: { port: 8088, protocol: 'http' }, tls }];
const listening = (tls: Part): Readonly<Record<string, Part>> => ({
  'VirtualGateway shop/edge': { spec: { listeners: listenersOf(tls) } },
});

/** A target whose Envoy takes requests on the secured port, where the gateway's client policy enforces TLS; `tls`: what it offers. */
function securely(name: string, tls: Part | null = { mode: 'STRICT', certificate: certificateOf(name) }): Changes {
  const port = { name: 'https', port: SECURED_PORT, protocol: 'TCP' };
  const listener = { portMapping: { port: SECURED_PORT, protocol: 'http' }, ...(tls && { tls }) };
  return {
    remove: [`Pod shop/${name}-*`],
    apply: [0, 1].map((at) => withSidecar(name, at, true, SECURED_PORT)).join('---'),
    merge: {
      [`Service shop/${name}`]: { spec: { ports: [{ ...port, targetPort: SECURED_PORT }] } },
      [`EndpointSlice shop/${name}-*`]: { ports: [port] },
      [`VirtualNode shop/${name}`]: { spec: { listeners: [listener] } },
    },
  };
}

const payments = securely('payments');
const base: Changes = {
  ...payments,
  merge: {
    ...payments.merge,
    'VirtualGateway shop/edge': {
      spec: {
        listeners: listenersOf({ mode: 'STRICT', certificate: certificateOf('edge') }),
        backendDefaults: {
          clientPolicy: {
            tls: {
              enforce: true,
              ports: [SECURED_PORT],
              validation: { trust: { file: { certificateChain: '/certs/ca.pem' } } },
            },
          },
        },
      },
    },
  },
};

const asked = (path: string) => [path, path, path, '/cart/1'].map((one) => ({ path: one }));

const stories: readonly CorpusStory[] = [
  {
    name: 'secured-well',
    says: 'The gateway takes TLS only, and speaks TLS to a target whose certificate the trusted CA signed.',
    requests: asked('/payments/1'),
  },
  {
    name: 'secured-permissive',
    says: 'The listener of the gateway takes TLS and plain text.',
    merge: listening({ mode: 'PERMISSIVE', certificate: certificateOf('edge') }),
    requests: asked('/payments/1'),
  },
  {
    name: 'secured-plain-target',
    says: 'The client policy of the gateway enforces TLS on a port where a target answers in plain text.',
    planted: ['tls-mode-mismatch VirtualNode shop/search'],
    ...securely('search', null),
    requests: asked('/search/1'),
  },
  {
    name: 'secured-foreign-ca',
    says: 'A target shows a certificate of a CA that the gateway does not trust.',
    planted: ['tls-verify-failed VirtualNode shop/users'],
    ...securely('users'),
    requests: asked('/users/1'),
  },
  {
    name: 'secured-secret-missing',
    says: 'The certificate of the gateway’s listener is to come from a secret server whose socket is not there.',
    planted: ['secret-not-delivered VirtualGateway shop/edge'],
    merge: listening({ mode: 'STRICT', certificate: { file: null, sds: { secretName: 'spiffe://shop/edge' } } }),
    patience: 65,
  },
  {
    // The last one: Envoy counts for ever that it refused an update.
    name: 'secured-certificate-missing',
    says: 'The listener of the gateway was given a certificate whose files are not mounted: Envoy refuses it.',
    planted: ['config-rejected VirtualGateway shop/edge'],
    merge: listening({ mode: 'STRICT', certificate: certificateOf('edge-2027') }),
  },
];

/** What the secret server beside the gateway delivers goes into its listener, and decides whom it trusts. */
const served: Changes = {
  ...payments,
  merge: {
    ...payments.merge,
    'VirtualGateway shop/edge': {
      spec: {
        listeners: listenersOf({ mode: 'STRICT', certificate: { sds: { secretName: secretNames.edge } } }),
        backendDefaults: {
          clientPolicy: {
            tls: {
              enforce: true,
              ports: [SECURED_PORT],
              validation: { trust: { sds: { secretName: secretNames.authority } } },
            },
          },
        },
      },
    },
  },
};

/** Seen when it was: Envoy stamps what it is delivered by its own clock. */
const servedStories: readonly CorpusStory[] = [
  {
    name: 'served-well',
    says: 'The certificate of the gateway was renewed by its secret server a moment ago, and all goes on.',
    deliver: 'new-certificate',
    requests: asked('/payments/1'),
  },
  {
    name: 'served-foreign-authority',
    says: 'The secret server delivered another CA a moment ago: the gateway refuses the certificate of a target since.',
    planted: ['tls-verify-failed VirtualNode shop/payments'],
    deliver: 'foreign-authority',
    // Connections that are there go on; after 5 s targets close those that lie idle.
    patience: 6,
    requests: asked('/payments/1'),
  },
];

/** Before the end: TLS on the gateway's listener, and towards its targets. */
export const securedGroups: readonly Group[] = [
  {
    name: 'secured',
    envoyVersion: '1.40.0',
    replicas: 1,
    controlPlane: 'alive',
    secured: { payments: 'trusted', search: 'plain', users: 'untrusted' },
    base,
    stories: stories.map((story) => ({ now, ...story })),
  },
  {
    name: 'served',
    envoyVersion: '1.40.0',
    replicas: 1,
    controlPlane: 'alive',
    secured: { payments: 'trusted' },
    secretServer: true,
    base: served,
    stories: servedStories,
  },
];
