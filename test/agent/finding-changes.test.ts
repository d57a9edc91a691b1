import { describe, expect, it, vi } from 'vitest';
import type { AgentApi } from '../../src/agent/api.ts';
import { makeBudget } from '../../src/agent/budget.ts';
import { eventOf, tellEvent } from '../../src/agent/events.ts';
import { changesSince, type Held, isHeard } from '../../src/report/finding-changes.ts';
import type { ReportDocument, ReportFinding } from '../../src/report/document.ts';

const object = (name: string) => ({
  apiVersion: 'appmesh.k8s.aws/v1beta2',
  kind: 'GatewayRoute',
  namespace: 'shop',
  name,
  cluster: null,
  pod: null,
  file: null,
  line: null,
  column: null,
});

const found = (id: string, more: Partial<ReportFinding> = {}): ReportFinding => ({
  id,
  rule: 'target-service-missing',
  severity: 'error',
  effect: 'traffic',
  title: 'Route targets a VirtualService that does not exist',
  message: '12 requests a minute are lost.',
  objects: [object(`route-${id}`)],
  evidence: [],
  cause: '',
  since: null,
  changes: [],
  avoid: [],
  fix: [],
  witness: null,
  impact: null,
  docs: 'meshdoctor rules target-service-missing',
  symptoms: [],
  symptomOf: null,
  ...more,
});

type Check = ReportDocument['checks'][number];
const check = (more: Partial<Check> = {}): Check => ({
  rule: 'target-service-missing',
  subjects: 3,
  found: 1,
  clear: 2,
  undecided: [],
  notEvaluated: [],
  failed: null,
  ...more,
});
const look = (findings: readonly ReportFinding[], checks: readonly Check[] = [check()]) => ({ findings, checks });
const none: Held = new Map();
const said = ({ changes }: ReturnType<typeof changesSince>) =>
  changes.map(({ what, finding }) => `${what} ${finding.id}`);

describe('what changed between two looks', () => {
  const before = changesSince(none, look([found('a'), found('b')]));

  it('tells what appeared, once', () => {
    expect(said(before)).toEqual(['appeared a', 'appeared b']);
    expect(said(changesSince(before.held, look([found('a'), found('b')])))).toEqual([]);
  });

  it('takes another number in a message for no change, another severity or effect for one', () => {
    expect(said(changesSince(before.held, look([found('a', { message: '13 requests' }), found('b')])))).toEqual([]);
    const graver = look([found('a', { severity: 'warning' }), found('b', { effect: 'latent' })]);
    expect(said(changesSince(before.held, graver))).toEqual(['changed a', 'changed b']);
  });

  it('tells what is gone', () => {
    expect(said(changesSince(before.held, look([found('a')])))).toEqual(['gone b']);
    const hidden = found('b', { suppressed: { reason: null, until: null, by: 'annotation' } });
    expect(said(changesSince(before.held, look([found('a'), hidden])))).toEqual(['gone b']);
  });

  it.each([
    ['its rule did not run', []],
    ['its rule failed', [check({ failed: 'TypeError' })]],
    ['the whole rule lacked its input', [check({ notEvaluated: [{ object: null, missing: 'x', reason: 'y' }] })]],
    [
      'its object could not be judged',
      [check({ notEvaluated: [{ object: object('route-b'), missing: 'x', reason: 'y' }] })],
    ],
    ['it was undecided this time', [check({ undecided: [{ object: object('route-b'), budget: 'x' }] })]],
  ])('holds on to what was not looked at: %s', (_, checks) => {
    const after = changesSince(before.held, look([found('a')], checks));
    expect(said(after)).toEqual([]);
    expect([...after.held.keys()]).toEqual(['a', 'b']);
    expect(said(changesSince(after.held, look([found('a'), found('b')])))).toEqual([]);
  });

  it('does not hold on for the sake of another object', () => {
    const checks = [check({ notEvaluated: [{ object: object('route-z'), missing: 'x', reason: 'y' }] })];
    expect(said(changesSince(before.held, look([found('a')], checks)))).toEqual(['gone b']);
  });
});

describe('an Event', () => {
  it('is for roots that hurt or will, never for standing facts', () => {
    expect(isHeard(found('a'))).toBe(true);
    expect(isHeard(found('a', { effect: 'latent', severity: 'warning' }))).toBe(true);
    expect(isHeard(found('a', { effect: 'standing' }))).toBe(false);
    expect(isHeard(found('a', { severity: 'info' }))).toBe(false);
    expect(isHeard(found('a', { symptomOf: 'b' }))).toBe(false);
  });

  it('is named by object and finding, and says what to type', () => {
    const event = eventOf(
      'appeared',
      found('0a1b2c3d4e5f'),
      object('cart'),
      'uid-1',
      'agent-0',
      '2026-11-27T00:00:00Z',
    );
    expect(event).toMatchObject({
      metadata: { name: 'cart.0a1b2c3d4e5f', namespace: 'shop' },
      involvedObject: { kind: 'GatewayRoute', name: 'cart', uid: 'uid-1' },
      type: 'Warning',
      reason: 'TargetServiceMissing',
      message: '12 requests a minute are lost. (meshdoctor rules target-service-missing)',
    });
    const over = eventOf('gone', found('0a1b2c3d4e5f'), object('cart'), null, 'agent-0', '2026-11-27T00:00:00Z');
    expect(over).toMatchObject({ type: 'Normal', metadata: { name: 'cart.0a1b2c3d4e5f.over' } });
  });

  it('fits what the API server takes, and lies in default where its object has no namespace', () => {
    const node = { ...object('n'.repeat(253)), kind: 'Node', apiVersion: 'v1', namespace: null };
    const event = eventOf('appeared', found('0a1b2c3d4e5f', { message: 'x'.repeat(5000) }), node, null, 'a', '');
    expect(event.metadata.namespace).toBe('default');
    expect(event.metadata.name.length).toBeLessThanOrEqual(253);
    expect(event.message.length).toBe(1000);
  });
});

describe('Events of one finding', () => {
  /** Events by name, as an API server keeps them. */
  function serverOf(times: readonly string[]) {
    const events = new Map<string, Record<string, unknown>>();
    const answer = (status: number, body: unknown = {}) =>
      Promise.resolve({ ok: true as const, status, text: JSON.stringify(body), date: undefined });
    const api = {
      ask: (path: string) => {
        const name = decodeURIComponent(path).split('metadata.name=')[1] ?? '';
        return answer(200, { items: [events.get(name)].filter((event) => event !== undefined) });
      },
      write: (method: string, path: string, body?: unknown) => {
        const event = body as { metadata?: { name: string } };
        const name = event.metadata?.name ?? path.split('/').at(-1) ?? '';
        if (method === 'POST' && events.has(name)) return answer(409);
        events.set(name, { ...events.get(name), ...event });
        return answer(201);
      },
    } as unknown as AgentApi;
    const budget = makeBudget(100, 1000);
    let at = 0;
    const tell = async (what: 'appeared' | 'gone') => {
      vi.setSystemTime(times[at++] ?? '');
      return tellEvent(api, { what, finding: found('a') }, { agent: 'agent-0', budget, now: () => 0 });
    };
    return { tell, counts: () => [...events].map(([name, { count }]) => `${name} ${count}`) };
  }

  it('are one however often it is told, and count on when it comes back after it was over', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const times = [0, 1, 2, 3, 4, 5].map((minute) => `2026-11-27T00:0${minute}:00Z`);
    const { tell, counts } = serverOf(times);
    expect([await tell('appeared'), await tell('appeared')]).toEqual(['written', 'known']);
    expect([await tell('gone'), counts()]).toEqual(['written', ['route-a.a 1', 'route-a.a.over 1']]);
    expect([await tell('appeared'), await tell('appeared')]).toEqual(['written', 'known']);
    expect([await tell('gone'), counts()]).toEqual(['written', ['route-a.a 2', 'route-a.a.over 2']]);
    vi.useRealTimers();
  });
});

it('a budget gives so many at once, and then one each so often', () => {
  const budget = makeBudget(3, 1000);
  const taken = (now: number, tries: number) =>
    Array.from({ length: tries }, () => budget.take(now)).filter(Boolean).length;
  expect(taken(0, 10)).toBe(3);
  expect(taken(999, 5)).toBe(0);
  expect(taken(2100, 5)).toBe(2);
  expect(taken(1_000_000, 50)).toBe(3);
});
