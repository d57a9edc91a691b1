import { catalogue } from '../../export/catalogue.ts';
import type { Instrument } from '../../export/instrument.ts';
import { type Asked, partOf, seriesOf, wholeOf } from '../promql.ts';
import { type Panel, type Query, sections } from './panels.ts';

const datasource = { type: 'prometheus', uid: `\${datasource}` };
/** Grafana's grid is 24 wide. */
const wide = 24;

/** `dashboards/grafana/gateway.json`. */
export function grafanaDashboard(): string {
  const panels: object[] = [];
  let y = 0;
  for (const { question, panels: own } of sections) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: question,
      collapsed: false,
      gridPos: place(0, y, wide, 1),
    });
    y += 1;
    for (const [size, some] of [
      [6, own.filter(({ as }) => as === 'now')],
      [12, own.filter(({ as }) => as !== 'now')],
    ] as const) {
      const height = size === 6 ? 4 : 8;
      for (const [at, panel] of some.entries()) {
        const row = Math.floor((at * size) / wide);
        panels.push(panelOf(panel, panels.length + 1, place((at * size) % wide, y + row * height, size, height)));
      }
      y += Math.ceil((some.length * size) / wide) * height;
    }
  }
  const dashboard = {
    uid: 'meshdoctor-gateway',
    title: 'meshdoctor: gateway',
    tags: ['meshdoctor'],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: '1m',
    time: { from: 'now-3h', to: 'now' },
    templating: { list: variables() },
    panels,
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

function place(x: number, y: number, w: number, h: number): object {
  return { x, y, w, h };
}

function variables(): readonly object[] {
  const asked = (name: string, label: string, query: string, more: object): object => ({
    name,
    label,
    type: 'query',
    datasource,
    query: { query, refId: name },
    refresh: 2,
    sort: 1,
    ...more,
  });
  const gateways = seriesOf('gateway.look.age', ['cluster=~"$cluster"']);
  const routes = seriesOf('route.requests', ['cluster=~"$cluster"', 'gateway=~"$gateway"']);
  // A Prometheus that adds no `cluster` of its own has series without that label: `.*` fits them too.
  const all = { includeAll: true, allValue: '.*', multi: true, current: { text: 'All', value: '$__all' } };
  return [
    { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', refresh: 1 },
    asked('cluster', 'Cluster', `label_values(${seriesOf('gateway.look.age', [])}, cluster)`, all),
    asked('gateway', 'Gateway', `label_values(${gateways}, gateway)`, all),
    asked('route', 'Route', `label_values(${routes}, route)`, all),
  ];
}

function panelOf({ title, queries, as, bad }: Panel, id: number, gridPos: object): object {
  const [first] = queries;
  const { meaning } = catalogue[first.metric];
  const steps = [{ color: 'green', value: null }, ...(bad === undefined ? [] : [{ color: 'red', value: bad }])];
  const defaults = { unit: unitOf(first), min: 0, thresholds: { mode: 'absolute', steps } };
  return {
    id,
    title,
    description: `${meaning}.`,
    type: as === 'now' ? 'stat' : 'timeseries',
    datasource,
    gridPos,
    fieldConfig: { defaults, overrides: [] },
    options:
      as === 'now'
        ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', graphMode: 'area' }
        : {
            legend: { displayMode: 'table', placement: 'right', calcs: ['lastNotNull', 'max'] },
            tooltip: { mode: 'multi' },
          },
    targets: queries.map((query, at) => ({
      refId: String.fromCharCode(65 + at),
      datasource,
      expr: expressionOf(query),
      legendFormat: legendOf(query),
    })),
  };
}

function legendOf({ metric, by = [], name }: Query): string {
  const own: readonly string[] = catalogue[metric].dimensions;
  const labels = [...(own.includes('gateway') ? ['gateway'] : []), ...by].map((label) => `{{${label}}}`);
  return [...labels, name].filter((word) => word !== '').join(' ');
}

function unitOf({ metric, stat }: Query): string {
  if (stat === 'ratio') return 'percentunit';
  const { unit } = catalogue[metric];
  if (unit === 'By') return stat === 'rate' ? 'Bps' : 'bytes';
  return { s: 's', d: 'd' }[unit as string] ?? 'short';
}

/** Lines that are many: only the busiest. */
const most = 10;

/** The PromQL of a query, with the variables of the dashboard. */
function expressionOf(query: Query): string {
  const { metric, stat, by = [], where = {} } = query;
  const instrument: Instrument = catalogue[metric];
  const has = (name: 'gateway' | 'route'): boolean => instrument.dimensions.includes(name);
  const among = [
    'cluster=~"$cluster"',
    ...(has('gateway') ? ['gateway=~"$gateway"'] : []),
    ...(has('route') ? ['route=~"$route"'] : []),
    ...Object.entries(where).map(([label, values]) => `${label}=~"${values.join('|')}"`),
  ];
  const kept = ['cluster', ...(has('gateway') ? ['gateway'] : []), ...by].join(', ');
  const asked: Asked = { by: kept, among, range: '$__rate_interval', grown: 'rate' };
  const expression = plain(instrument, query, asked);
  return by.includes('route') || by.includes('target') ? `topk(${most}, ${expression})` : expression;

  function plain(of: Instrument, { stat: asks }: Query, all: Asked): string {
    if (of.kind === 'share') {
      const whole = wholeOf(of.of, all);
      const part = partOf(of, all);
      return { part, whole, ratio: `${part} / ${whole}` }[asks === 'part' || asks === 'whole' ? asks : 'ratio'];
    }
    const series = seriesOf(metric, among);
    if (of.kind === 'counter') return `sum by (${kept}) (rate(${series}[${all.range}]))`;
    if (of.kind === 'gauge') return `${of.across} by (${kept}) (${series})`;
    const bucket = series.replace('{', '_bucket{');
    return `histogram_quantile(0.${stat.slice(1)}, sum by (${kept}, le) (rate(${bucket}[${all.range}])))`;
  }
}
