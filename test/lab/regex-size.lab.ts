import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusedPatterns } from '../../src/model/envoy/patterns.ts';
import { buildModel } from '../../src/model/model.ts';
import { estimateProgramSize } from '../../src/routing/table/program.ts';
import { snapshotOf } from '../support/snapshot-of.ts';
import { envoyBinary } from './install/install.ts';

/** Patterns of every kind the estimate knows: literals, classes, letters of all scripts, repetitions, alternatives. */
const patterns = [
  '/users/[^/]+/orders',
  '.{1,200}',
  '\\pL+',
  '(foo|bar){50}',
  '[a-zA-Z0-9_-]{64}',
  '(?i)stra\u00dfe',
  '.*\\.png',
];

describe.each(['1.40.0', '1.36.2'] as const)('the size of a regex on Envoy %s', (version) => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshdoctor-regex-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Why Envoy refuses a route with this pattern where programs may have one instruction. */
  async function refusal(pattern: string): Promise<string> {
    const path = join(folder, 'envoy.json');
    await writeFile(path, JSON.stringify(bootstrap(pattern)));
    const envoy = await envoyBinary(version);
    return new Promise((resolve) => {
      execFile(envoy, ['--mode', 'validate', '-c', path, '-l', 'critical'], (_, stdout, stderr) =>
        resolve(stdout + stderr),
      );
    });
  }

  it.each(patterns)('is near what is estimated for %s, and is read from the words of Envoy', async (pattern) => {
    const details = (await refusal(pattern)).trim();
    const story = { listeners: [{ name: 'lds_ingress_0.0.0.0_8088', refused: details }] };
    const [envoy] = buildModel(snapshotOf({ envoy: JSON.stringify(story) })).envoys;
    const [refused] = envoy ? refusedPatterns(envoy) : [];
    expect(refused).toMatchObject({ fragment: pattern, size: { limit: 1 } });
    const real = refused?.size?.is ?? 0;
    const estimate = estimateProgramSize(pattern, version === '1.40.0' ? 'byte' : 'utf8');
    expect(Math.abs(estimate - real), `${estimate}, really ${real}`).toBeLessThanOrEqual(Math.max(6, real * 0.25));
  });

  it('says what is not RE2 in words that are understood', async () => {
    const details = (await refusal('/x/[a-z')).trim();
    const story = { listeners: [{ name: 'lds_ingress_0.0.0.0_8088', refused: details }] };
    const [envoy] = buildModel(snapshotOf({ envoy: JSON.stringify(story) })).envoys;
    expect(envoy ? refusedPatterns(envoy) : []).toMatchObject([{ fragment: '[a-z', size: null }]);
  });
});

function bootstrap(regex: string): object {
  const type = 'type.googleapis.com/envoy.extensions.filters';
  const manager = {
    '@type': `${type}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'i',
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': `${type}.http.router.v3.Router` } }],
    route_config: {
      virtual_hosts: [
        { name: 'a', domains: ['*'], routes: [{ match: { safe_regex: { regex } }, direct_response: { status: 200 } }] },
      ],
    },
  };
  const limit = { 're2.max_program_size.error_level': 1 };
  return {
    layered_runtime: { layers: [{ name: 'static_layer_0', static_layer: limit }] },
    static_resources: {
      listeners: [
        {
          name: 'l',
          address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
          filter_chains: [{ filters: [{ name: 'hcm', typed_config: manager }] }],
        },
      ],
    },
  };
}
