import { describe, expect, it } from 'vitest';
import { gapsByNeed } from '../../src/report/not-seen.ts';
import { incident } from '../support/reports.ts';

const object = (kind: string, name: string) => ({
  ...{ apiVersion: 'appmesh.k8s.aws/v1beta2', kind, namespace: 'shop', name },
  ...{ cluster: null, pod: null, file: null, line: null, column: null },
});

describe('what was not seen', () => {
  it('is told once where it is the same of many objects, with a few names and the count of the others', async () => {
    const document = await incident(false);
    const [check] = document.checks;
    if (!check) throw new Error('the incident has checks');
    const ofRoute = (name: string, reason = 'no time') => ({
      object: object('GatewayRoute', name),
      missing: `when GatewayRoute shop/${name} was changed`,
      reason,
    });
    const notEvaluated = [...['a', 'b', 'c', 'd', 'e'].map((name) => ofRoute(name)), ofRoute('f', 'another reason')];
    const gaps = ['x', 'y'].map((pod) => ({ missing: `stats of pod shop/${pod}`, reason: 'denied', remedy: 'ask' }));
    const told = gapsByNeed({ ...document, gaps, checks: [{ ...check, rule: 'one', notEvaluated }] });
    expect(told.map(({ missing, reason, rules }) => [missing, reason, ...rules])).toEqual([
      [
        'when GatewayRoute shop/a was changed; the same of GatewayRoute shop/b, GatewayRoute shop/c and 2 more',
        'no time',
        'one',
      ],
      ['when GatewayRoute shop/f was changed', 'another reason', 'one'],
      ['stats of pod shop/x; the same of pod shop/y', 'denied'],
    ]);
  });

  it('names each object or counts it: nothing is lost', async () => {
    const document = await incident(false);
    const every = new Set([
      ...document.gaps.map(({ missing }) => missing),
      ...document.checks.flatMap(({ notEvaluated }) => notEvaluated.map(({ missing }) => missing)),
    ]);
    const counted = gapsByNeed(document).map(({ missing }) => {
      const [, names = '', more = '0'] = /; the same of (.*?)(?: and (\d+) more)?$/.exec(missing) ?? [];
      return 1 + (names === '' ? 0 : names.split(', ').length) + Number(more);
    });
    expect(counted.reduce((sum, one) => sum + one, 0)).toBe(every.size);
    expect(counted.length).toBeLessThan(every.size);
  });
});
