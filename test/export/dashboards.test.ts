import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { alerts, alertsUsing } from '../../src/export/alerts.ts';
import { catalogue, instruments } from '../../src/export/catalogue.ts';
import { type Instrument, type Profile, profiles } from '../../src/export/instrument.ts';
import { type Dimension, dimensionValues } from '../../src/export/dimensions.ts';
import { prometheusName } from '../../src/export/prometheus-name.ts';

/** By the name on `/metrics`, as Prometheus stores it: a histogram is three series. */
const stored = new Map<string, Instrument>(
  instruments.flatMap((instrument): [string, Instrument][] => {
    const name = prometheusName(instrument.name);
    if (instrument.kind === 'share') return [];
    if (instrument.kind !== 'histogram') return [[name, instrument]];
    return ['bucket', 'sum', 'count'].map((series) => [`${name}_${series}`, instrument]);
  }),
);

function faultsOfLabel(of: Instrument, label: string, values: string | null): readonly string[] {
  if (label === 'cluster' || (label === 'le' && of.kind === 'histogram')) return [];
  if (!of.dimensions.some((name) => name === label)) return [`label ${label}`];
  const known: readonly string[] | null = dimensionValues[label as Dimension];
  if (known === null || values === null || values.includes('$')) return [];
  return values.split('|').flatMap((value) => (known.includes(value) ? [] : [`${label} ${value}`]));
}

/** What of an expression is not in the catalogue. */
function faultsOfExpression(expression: string): readonly string[] {
  const faults: string[] = [];
  const used: Instrument[] = [];
  for (const [, name = '', labels = ''] of expression.matchAll(/(meshdoctor_\w+)(?:\{([^}]*)\})?/g)) {
    const instrument = stored.get(name);
    if (!instrument) {
      faults.push(`metric ${name}`);
      continue;
    }
    used.push(instrument);
    for (const [, label = '', values = ''] of labels.matchAll(/(\w+)=~?"([^"]*)"/g))
      faults.push(...faultsOfLabel(instrument, label, values));
  }
  for (const [, labels = ''] of expression.matchAll(/(?:by|on) \(([^)]+)\)/g))
    for (const label of labels.split(', '))
      if (used.every((instrument) => faultsOfLabel(instrument, label, null).length > 0)) faults.push(`by ${label}`);
  if (used.length === 0 && faults.length === 0) faults.push('no metric');
  return faults;
}

/** What of a metric of CloudWatch is not in the catalogue, or not sent with the profile. */
function faultsOfSeries(metric: string, dimensions: readonly string[], profile: Profile): readonly string[] {
  const instrument = instruments.find(({ name }) => name === metric);
  if (!instrument) return [`metric ${metric}`];
  const sent = profiles.indexOf(instrument.profile) <= profiles.indexOf(profile);
  const same = JSON.stringify(dimensions) === JSON.stringify(['cluster', ...instrument.dimensions]);
  return [
    ...(sent ? [] : [`${metric} is not sent with ${profile}`]),
    ...(same ? [] : [`${metric} by ${dimensions.join(',')}`]),
  ];
}

type Line = readonly (string | { readonly expression?: string; readonly id?: string })[];
interface Widget {
  readonly type: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly properties: { readonly markdown?: string; readonly metrics?: readonly Line[]; readonly region?: string };
}

const searched =
  /^SEARCH\('\{([^}]*)\} MetricName="([^"]*)"(.*)', '(?:Sum|SampleCount|Average|Maximum|Minimum|p\d\d)', 60\)(?:\/60)?$/;

function faultsOfLine(line: Line, ids: ReadonlySet<string>, profile: Profile): readonly string[] {
  const texts = line.flatMap((part) => (typeof part === 'string' ? [part] : []));
  const { expression } = line.flatMap((part) => (typeof part === 'object' ? [part] : []))[0] ?? {};
  if (expression === undefined) {
    const [namespace, metric = '', ...pairs] = texts;
    const names = pairs.filter((_, at) => at % 2 === 0);
    return [...(namespace === 'meshdoctor' ? [] : ['namespace']), ...faultsOfSeries(metric, names, profile)];
  }
  const divided = /^(m\d+)\/PERIOD\(\1\)$/.exec(expression);
  if (divided) return ids.has(divided[1] ?? '') ? [] : [`no ${divided[1]}`];
  const [, schema = '', metric = '', rest = ''] = searched.exec(expression) ?? [];
  const [namespace, ...names] = schema.split(',');
  const labels = [...rest.matchAll(/(\w+)="([^"]*)"/g)].flatMap(([, name = '', value = '']) => {
    const known: readonly string[] | null | undefined = dimensionValues[name as Dimension];
    return names.includes(name) && (!known || known.includes(value)) ? [] : [`${name} ${value}`];
  });
  return [...(namespace === 'meshdoctor' ? [] : ['namespace']), ...faultsOfSeries(metric, names, profile), ...labels];
}

interface GrafanaPanel {
  readonly id: number;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}
interface GrafanaDashboard {
  readonly panels: readonly GrafanaPanel[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: string | { query: string } }[];
  };
}

function overlapping(boxes: readonly (readonly [x: number, y: number, width: number, height: number])[]): number {
  return boxes.filter(([x, y, width, height], at) =>
    boxes.slice(at + 1).some(([a, b, w, h]) => x < a + w && a < x + width && y < b + h && b < y + height),
  ).length;
}

describe('the Grafana dashboard', () => {
  const text = readFileSync('dashboards/grafana/gateway.json', 'utf8');
  const { panels, templating }: GrafanaDashboard = JSON.parse(text);
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

  it('asks for metrics, labels and values of the catalogue', () => {
    expect(expressions.length).toBeGreaterThan(40);
    for (const expression of expressions)
      expect([expression, faultsOfExpression(expression)]).toEqual([expression, []]);
    for (const { query } of templating.list)
      if (typeof query === 'object') expect(faultsOfExpression(query.query.replace(/, \w+\)$/, ')'))).toEqual([]);
  });

  it('shows every instrument', () => {
    const shown = (name: string): boolean =>
      expressions.some((one) => new RegExp(`\\b${name}(?:_bucket)?[{[) ]`).test(one));
    const missing = instruments.filter((one) => !shown(prometheusName(one.kind === 'share' ? one.of : one.name)));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('uses only variables that it has, and no two panels lie on one another', () => {
    const variables = new Set([...templating.list.map(({ name }) => name), '__rate_interval', '__all']);
    for (const [, name = ''] of text.matchAll(/\$\{?(\w+)/g)) expect(variables).toContain(name);
    expect(overlapping(panels.map(({ gridPos: { x, y, w, h } }) => [x, y, w, h]))).toBe(0);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});

describe('the CloudWatch dashboards', () => {
  it('are one for each profile', () => {
    expect(readdirSync('dashboards/cloudwatch').sort()).toEqual(['alarms.json', 'all.json', 'routes.json']);
  });

  it.each(['alarms', 'routes', 'all'] as const)('%s shows what the exporter sends then, all of it', (profile) => {
    const text = readFileSync(`dashboards/cloudwatch/${profile}.json`, 'utf8');
    const { widgets }: { readonly widgets: readonly Widget[] } = JSON.parse(text);
    for (const { type, properties } of widgets) {
      if (type === 'text') {
        expect(properties.markdown).toMatch(/^## /);
        continue;
      }
      const lines = properties.metrics ?? [];
      const ids = lines.flatMap((line) => line.flatMap((part) => (typeof part === 'object' ? (part.id ?? []) : [])));
      expect(new Set(ids).size).toBe(ids.length);
      expect(lines.length).toBeGreaterThan(0);
      for (const line of lines) expect([line, faultsOfLine(line, new Set(ids), profile)]).toEqual([line, []]);
      expect(properties.region).toBeTruthy();
    }
    expect(overlapping(widgets.map(({ x, y, width, height }) => [x, y, width, height]))).toBe(0);
    const sent = instruments.filter((one) => profiles.indexOf(one.profile) <= profiles.indexOf(profile));
    expect(sent.filter(({ name }) => !text.includes(`"${name}"`) && !text.includes(`\\"${name}\\"`))).toEqual([]);
  });
});

describe('alerts', () => {
  it('for Prometheus ask for metrics, labels and values of the catalogue', () => {
    const { groups }: { groups: { rules: { expr: string }[] }[] } = parse(
      readFileSync('rules/alerts/prometheus.yaml', 'utf8'),
    );
    const expressions = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr.replace(/\{rule="[\w-]+"\}/, '')));
    for (const expression of expressions)
      expect([expression, faultsOfExpression(expression)]).toEqual([expression, []]);
  });

  it.each(['gateway', 'route', 'cluster'])(
    'for CloudWatch, of a %s, watch metrics that the profile they name sends',
    (per) => {
      const text = readFileSync(`rules/alerts/cloudwatch/${per}.json`, 'utf8');
      interface Properties {
        readonly MetricName?: string;
        readonly AlarmDescription?: unknown;
        readonly Dimensions?: readonly { readonly Name: string }[];
      }
      const { Resources }: { Resources: Record<string, { Properties: Properties }> } = JSON.parse(text);
      for (const [id, { Properties: said }] of Object.entries(Resources)) {
        if (said.MetricName === undefined) continue;
        const described = JSON.stringify(said.AlarmDescription ?? '');
        // Parts of a composite alarm say nothing of their own.
        const profile = described === '""' || described.includes('--cloudwatch-profile routes') ? 'routes' : 'alarms';
        const names = said.Dimensions?.map(({ Name }) => Name) ?? [];
        expect([id, faultsOfSeries(said.MetricName, names, profile)]).toEqual([id, []]);
      }
    },
  );

  it('that are tickets silence no page', () => {
    const { inhibit_rules: rules }: { inhibit_rules: Record<'source_matchers' | 'target_matchers', string[]>[] } =
      parse(readFileSync('rules/alerts/alertmanager-inhibit.yaml', 'utf8'));
    expect(rules.length).toBeGreaterThan(3);
    for (const { source_matchers: source } of rules) expect(source).toContain('severity = page');
  });

  it('are named with the instruments they use', () => {
    expect(alertsUsing('gateway.failed')).toEqual(['GatewayDown', 'GatewayErrorsFast', 'GatewayErrorsSlow']);
    const page = readFileSync('docs/metrics.md', 'utf8');
    for (const { name } of alerts) expect(page).toMatch(new RegExp(`^\\| .*\\b${name}\\b.* \\|$`, 'm'));
    expect(page).toContain('## When AgentBlind fires');
  });
});

describe('what these tests look for', () => {
  it('is found', () => {
    expect(faultsOfExpression('sum by (cluster) (rate(meshdoctor_gateway_unheard_total[5m]))')).toEqual([
      'metric meshdoctor_gateway_unheard_total',
      'by cluster',
    ]);
    expect(faultsOfExpression('max by (route) (meshdoctor_gateway_look_age_seconds{pod="serving"})')).toEqual([
      'label pod',
      'by route',
    ]);
    expect(faultsOfExpression('sum by (gateway) (meshdoctor_gateway_pods{pod="asleep"})')).toEqual(['pod asleep']);
    expect(faultsOfSeries('gateway.latency', ['cluster', 'gateway'], 'alarms')).toEqual([
      'gateway.latency is not sent with alarms',
    ]);
    expect(faultsOfSeries('gateway.failed', ['gateway'], 'alarms')).toEqual(['gateway.failed by gateway']);
    expect(faultsOfLine([{ expression: 'm3/PERIOD(m3)' }], new Set(['m0']), 'all')).toEqual(['no m3']);
    expect(Object.keys(catalogue).length).toBe(instruments.length);
  });
});
