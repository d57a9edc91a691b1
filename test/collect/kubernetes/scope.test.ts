import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseLabelQuery } from '../../../src/collect/kubernetes/label-query.ts';
import { type EnvoyGroup, envoysInScope, type Scope } from '../../../src/collect/kubernetes/scope.ts';
import { manifestHarvest } from '../../../src/collect/manifests/harvest.ts';
import { selects } from '../../../src/snapshot/selector.ts';

const gateway = (name: string, spec = `podSelector: {matchLabels: {app: ${name}}}`, labels = '') => `
apiVersion: appmesh.k8s.aws/v1beta2
kind: VirtualGateway
metadata: {name: ${name}, namespace: shop, labels: {${labels}}}
spec: {${spec}}
`;
interface PodStory {
  readonly labels?: string;
  readonly env?: string;
  readonly phase?: string;
  readonly namespace?: string;
  readonly ready?: boolean;
  readonly init?: boolean;
}
const pod = (name: string, { labels = '', env, phase = 'Running', namespace = 'shop', ready, init }: PodStory) => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: {${labels}}}
spec:
  ${init ? 'initContainers' : 'containers'}:
    - {name: envoy, env: [${env === undefined ? '' : `{name: APPMESH_RESOURCE_ARN, value: '${env}'}`}]}
status: {phase: ${phase}, podIP: 10.0.0.1, conditions: [{type: Ready, status: '${ready ? 'True' : 'False'}'}]}
`;

function groups(documents: readonly string[], scope: Partial<Scope> = {}): readonly EnvoyGroup[] {
  const text = documents.join('---\n');
  for (const document of documents) expect(parse(document)).toBeTruthy();
  const file = { id: 'a', origin: 'a', text, reported: true, readAt: '' };
  const { objects } = manifestHarvest([file], { defaultNamespace: 'default', closed: false, keep: false });
  return envoysInScope(objects, { namespaces: ['shop'], selector: null, gateways: [], targets: false, ...scope });
}

function shown(documents: readonly string[], scope: Partial<Scope> = {}): readonly string[] {
  return groups(documents, scope).map(({ name, pods }) => `${name}: ${pods.map((one) => one.name).join(' ')}`);
}

describe('the Envoys in scope', () => {
  it('are those of running pods that a gateway selects in its namespace', () => {
    const pods = [
      pod('a', { labels: 'app: edge' }),
      pod('b', { labels: 'app: edge', phase: 'Pending' }),
      pod('c', { labels: 'app: edge', phase: 'Succeeded' }),
      pod('d', { labels: 'app: edge', namespace: 'other' }),
      pod('e', { labels: 'app: web' }),
    ];
    expect(shown([gateway('edge'), ...pods])).toEqual(['VirtualGateway shop/edge: a']);
  });

  it('an absent podSelector selects no pod, an empty one every pod that is no other gateway', () => {
    const pods = [pod('a', {}), pod('b', { env: 'mesh/shop/virtualGateway/partner_shop' })];
    expect(shown([gateway('edge', ''), pod('a', {})])).toEqual(['VirtualGateway shop/edge: ']);
    expect(shown([gateway('edge', 'podSelector: {}'), gateway('partner', ''), ...pods])).toEqual([
      'VirtualGateway shop/edge: a',
      'VirtualGateway shop/partner: b',
    ]);
  });

  it('are also those that were told to be the gateway, native sidecars among them', () => {
    const arn = 'arn:aws:appmesh:eu-west-1:111122223333:mesh/shop/virtualGateway/edge_shop';
    const pods = [pod('a', { env: arn }), pod('b', { env: arn, init: true })];
    expect(shown([gateway('edge'), ...pods])).toEqual(['VirtualGateway shop/edge: a b']);
    expect(shown([gateway('edge', 'awsName: mine'), pod('a', { env: 'mesh/m/virtualGateway/mine' })])).toEqual([
      'VirtualGateway shop/edge: a',
    ]);
  });

  it('a gateway whose object is gone is known by its pods', () => {
    expect(shown([pod('a', { env: 'mesh/shop/virtualGateway/edge_shop' })])).toEqual(['VirtualGateway shop/edge: a']);
  });

  it('only those of the namespaces, labels and names asked for', () => {
    const all = [
      gateway('edge', undefined, 'tier: test'),
      gateway('partner'),
      pod('edge-7b9c-x2k', { labels: 'app: edge' }),
    ];
    expect(shown(all, { namespaces: ['other'] })).toEqual([]);
    expect(shown(all, { gateways: ['partner'] })).toEqual(['VirtualGateway shop/partner: ']);
    expect(shown(all, { gateways: ['shop/edge'] })).toEqual(['VirtualGateway shop/edge: edge-7b9c-x2k']);
    expect(shown(all, { gateways: ['deploy/edge'] })).toEqual(['VirtualGateway shop/edge: edge-7b9c-x2k']);
    expect(shown(all, { gateways: ['pod/other'] })).toEqual([]);
    const query = parseLabelQuery('tier=test');
    expect(typeof query === 'string' ? query : shown(all, { selector: query })).toHaveLength(1);
  });

  it('--targets: sidecars that are not ready, which need not be seen', () => {
    const env = 'mesh/shop/virtualNode/cart_shop';
    const pods = [pod('a', { env }), pod('b', { env, ready: true })];
    expect(shown([gateway('edge'), ...pods])).toEqual(['VirtualGateway shop/edge: ']);
    const [, targets] = groups([gateway('edge'), ...pods], { targets: true });
    expect(targets).toMatchObject({ gateway: false, pods: [{ name: 'a' }] });
  });
});

describe('a label query', () => {
  const labels = { app: 'edge', tier: 'prod' };
  it.each([
    ['app=edge', true],
    ['app==edge,tier=prod', true],
    ['app!=edge', false],
    ['other!=x', true],
    ['app in (web, edge),tier notin (test)', true],
    ['tier notin (prod,test)', false],
    ['app', true],
    ['!app', false],
    ['!legacy', true],
    ['', true],
  ])('%s', (text, expected) => {
    const query = parseLabelQuery(text);
    expect(typeof query === 'string' ? query : selects(query, labels)).toBe(expected);
  });

  it.each(['a b', 'app in edge', '=x', 'a=b;c'])('%s is refused', (text) => {
    expect(parseLabelQuery(text)).toContain('a label query is like');
  });
});
