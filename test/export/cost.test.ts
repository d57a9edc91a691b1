import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { costLines, monthlyCost } from '../../src/export/cost.ts';

const fleet = { gateways: 14, routes: 600, clusters: 3, agents: 6 };

describe('the monthly price', () => {
  it('of alarms is 16 series a gateway and 4 a cluster', () => {
    const { series, metrics } = monthlyCost('alarms', fleet);
    expect(series).toBe(14 * 16 + 3 * 4);
    expect(metrics).toBeCloseTo(series * 0.3, 6);
  });

  it('counts the alarms that the templates make', () => {
    const prices = { 'AWS::CloudWatch::Alarm': 0.1, 'AWS::CloudWatch::CompositeAlarm': 0.5 };
    const priced = (per: string): number => {
      const template: { Resources: Record<string, { Type: keyof typeof prices }> } = JSON.parse(
        readFileSync(`rules/alerts/cloudwatch/${per}.json`, 'utf8'),
      );
      return Object.values(template.Resources).reduce((sum, { Type }) => sum + prices[Type], 0);
    };
    expect(monthlyCost('alarms', fleet).alarms).toBeCloseTo(14 * priced('gateway') + 3 * priced('cluster'), 6);
    expect(costLines(fleet).at(-1)).toContain(`$${priced('route').toFixed(2)} for the alarms of each route`);
  });

  it('grows with the profile, and never beyond the ceiling', () => {
    const [off, alarms, routes, all] = (['off', 'alarms', 'routes', 'all'] as const).map((profile) =>
      monthlyCost(profile, { ...fleet, maxSeries: 100_000 }),
    );
    expect(off?.total).toBe(0);
    expect(routes!.total).toBeGreaterThan(alarms!.total);
    // Beyond 10,000 a series is a third of the price.
    expect(all!.metrics).toBeCloseTo(3000 + (all!.series - 10_000) * 0.1, 6);
    expect(monthlyCost('all', { ...fleet, agents: 2, maxSeries: 500 }).series).toBe(1000);
  });

  it('of EMF is without calls, and says what is billed in their place', () => {
    const put = monthlyCost('alarms', fleet);
    const emf = monthlyCost('alarms', { ...fleet, put: false });
    expect([emf.calls, emf.total]).toEqual([0, put.total - put.calls]);
    expect(costLines({ ...fleet, put: false }).at(-1)).toContain('$0.50 a GB');
  });

  it('counts the busiest routes and one for the others', () => {
    const few = monthlyCost('routes', { gateways: 1, routes: 500, topRoutes: 5 });
    const more = monthlyCost('routes', { gateways: 1, routes: 500, topRoutes: 6 });
    expect(more.series - few.series).toBe(2);
  });

  it('is told a line a profile', () => {
    expect(costLines(fleet)).toHaveLength(7);
    expect(costLines(fleet).join('\n')).toMatch(/^alarms +236 +\$70\.80/m);
  });
});
