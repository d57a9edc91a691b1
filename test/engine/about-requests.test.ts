import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyRequest } from '../../src/collect/request.ts';
import { makeEngine } from '../../src/engine/engine.ts';
import type { Engine, RequestsAsked } from '../../src/engine/protocol.ts';

const incident = fileURLToPath(new URL('../../src/demo/incident.tar.gz', import.meta.url));

describe('a report about some requests', () => {
  let engine: Engine;

  beforeAll(async () => {
    engine = makeEngine();
    await engine.collect({ ...emptyRequest, bundles: [incident] });
  });

  const faults = async (asked: Partial<RequestsAsked>): Promise<readonly string[]> => {
    const requests = { path: null, host: null, statuses: [], ...asked };
    const { findings } = await engine.diagnose({ rules: [], skip: [], requests });
    const roots = findings.filter(
      ({ symptomOf, effect, severity }) => !symptomOf && effect === 'traffic' && severity !== 'info',
    );
    return roots.map(({ rule }) => rule).sort();
  };

  it('tells of the route that decides them, and of what that leads to', async () => {
    expect(await faults({ path: '/payments/1' })).toEqual(['node-port-mismatch']);
    expect(await faults({ path: '/search/x?q=1' })).toEqual(['target-service-no-provider']);
  });

  it('tells of a route that App Mesh never made', async () => {
    expect(await faults({ path: '/reviews/1', statuses: ['404'] })).toEqual(['target-service-missing']);
  });

  it('is silent about faults of other requests', async () => {
    expect(await faults({ path: '/cart/1' })).toEqual([]);
  });

  it('leaves out routes whose answer has another status', async () => {
    expect(await faults({ path: '/search/x', statuses: ['503'] })).toEqual([]);
    expect(await faults({ path: '/search/x', statuses: ['4xx'] })).toEqual(['target-service-no-provider']);
    expect(await faults({ statuses: ['503'] })).toContain('node-port-mismatch');
    expect(await faults({ statuses: ['503'] })).not.toContain('target-service-missing');
  });

  it('keeps the gateway, the symptoms of what it tells, and counts no more than it tells', async () => {
    const requests = { path: '/payments/1', host: null, statuses: [] };
    const { findings, summary } = await engine.diagnose({ rules: [], skip: [], requests });
    const ids = new Set(findings.map(({ id }) => id));
    expect(findings.map(({ rule }) => rule)).toContain('control-plane-disconnected');
    expect(findings.flatMap(({ symptoms }) => symptoms).every((id) => ids.has(id))).toBe(true);
    expect(findings.filter(({ symptomOf }) => symptomOf).map(({ rule }) => rule)).toContain('requests-failing');
    expect(summary.error).toBe(
      findings.filter(({ severity, effect }) => severity === 'error' && effect !== 'standing').length,
    );
  });

  it('says so where nothing decides requests, and keeps everything', async () => {
    const alone = makeEngine();
    await alone.collect(emptyRequest);
    const requests = { path: '/cart/1', host: null, statuses: [] };
    const { gaps } = await alone.diagnose({ rules: [], skip: [], requests });
    expect(gaps.map(({ missing }) => missing)).toContain('which routes decide the requests asked for');
  });
});
