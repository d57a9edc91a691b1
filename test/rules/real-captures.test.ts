import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../rules/index.ts';
import { readAdminFiles } from '../../src/collect/admin-files.ts';
import { diagnose } from '../../src/diagnose/run.ts';
import { buildModel } from '../../src/model/model.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import { refText } from '../../src/snapshot/object.ts';

const now = '2026-11-24T12:00:00Z';

/** Rules whose findings on these captures are information, never more. */
const informs = new Set(['host-rewritten', 'hostname-with-port', 'prefix-not-a-segment', 'prefix-rewritten']);

/** What all rules say of a captured Envoy alone: rule, subject, effect; symptoms indented under their root. */
function diagnoseCapture(name: string): readonly string[] {
  const page = (file: string): readonly string[] => {
    const path = `test/fixtures/${name}/${file}`;
    return existsSync(path) ? [path] : [];
  };
  const harvest = readAdminFiles({
    configDump: page('config_dump.json'),
    clusters: page('clusters.json'),
    listeners: page('listeners.json'),
    stats: [...page('stats-1.json'), ...page('stats-2.json')],
    certs: page('certs.json'),
    serverInfo: page('server_info.json'),
    runtime: page('runtime.json'),
    keyFrom: 0,
    keep: false,
    now,
  });
  const rules = catalogue.map(({ rule }) => rule);
  const { findings, checks } = diagnose(buildModel(assembleSnapshot([harvest], now)), rules);
  expect(checks.filter(({ failed }) => failed !== null)).toEqual([]);
  const loud = findings.filter(({ severity, rule }) => severity !== 'info' && informs.has(rule));
  expect(loud).toEqual([]);
  return findings.map(
    ({ rule, subjects, effect, foldedUnder }) =>
      `${foldedUnder === null ? '' : '  '}${rule} ${subjects.map(refText).join(', ')} ${effect}`,
  );
}

/** What App Mesh does by default is information, once a gateway: nothing above it on a healthy one, standing on a frozen one. */
const defaults = (effect: string): readonly string[] => [
  `host-rewritten VirtualGateway shop/edge ${effect}`,
  `prefix-not-a-segment VirtualGateway shop/edge ${effect}`,
  `prefix-rewritten VirtualGateway shop/edge ${effect}`,
];
const information = (effect: string): readonly string[] => [
  ...defaults(effect),
  `hostname-with-port VirtualGateway shop/edge ${effect}`,
];

const incident = [
  ...information('standing'),
  'target-service-no-provider VirtualService shop/search traffic',
  'upstream-connect-failures VirtualNode shop/payments traffic',
  '  requests-failing VirtualNode shop/payments traffic',
  'config-rejected VirtualGateway shop/edge latent',
  'control-plane-disconnected VirtualGateway shop/edge standing',
  '  stream-closed VirtualGateway shop/edge standing',
  'tracing-disabled VirtualGateway shop/edge standing',
];

describe('real captures, Envoy alone', () => {
  it.each<readonly [string, readonly string[]]>([
    ['envoy-1.40.0-incident', incident],
    ['envoy-1.36.2-incident', [...incident, 'envoy-end-of-life VirtualGateway shop/edge standing']],
    ['envoy-1.40.0-healthy', [...information('traffic'), 'tracing-disabled VirtualGateway shop/edge latent']],
    [
      'envoy-1.40.0-empty',
      [
        'gateway-pod-empty VirtualGateway shop/edge traffic',
        '  envoy-not-live VirtualGateway shop/edge traffic',
        'control-plane-disconnected VirtualGateway shop/edge standing',
        '  stream-closed VirtualGateway shop/edge standing',
        'tracing-disabled VirtualGateway shop/edge standing',
      ],
    ],
    [
      'envoy-1.40.0-live-empty',
      [
        'gateway-pod-empty VirtualGateway shop/edge traffic',
        'control-plane-disconnected VirtualGateway shop/edge standing',
        '  stream-closed VirtualGateway shop/edge standing',
        'tracing-disabled VirtualGateway shop/edge standing',
      ],
    ],
    // Its prefix /cart becomes / without the second route that App Mesh writes: a double slash.
    [
      'envoy-1.40.0-static',
      [
        ...defaults('standing'),
        'prefix-rewritten VirtualGateway shop/edge traffic',
        'tracing-disabled VirtualGateway shop/edge standing',
      ],
    ],
  ])('%s', (name, expected) => {
    expect([...diagnoseCapture(name)].sort()).toEqual([...expected].sort());
  });
});
