import { catalogue, type InstrumentName } from '../../export/catalogue.ts';
import { type Instrument, type Profile, profiles } from '../../export/instrument.ts';
import { type Panel, type Query, sections } from './panels.ts';

/** Replaced by what is chosen above the dashboard. */
const cluster = 'THE-CLUSTER';
const gateway = 'THE-NAMESPACE/THE-GATEWAY';
const namespace = 'meshdoctor';
const region = 'us-east-1';

/** `dashboards/cloudwatch/*.json`: what can be seen with each profile. */
export function cloudWatchDashboards(): readonly (readonly [name: string, text: string])[] {
  return (['alarms', 'routes', 'all'] as const).map((profile) => [
    profile,
    `${JSON.stringify({ variables: variables(), widgets: widgets(profile) }, null, 2)}\n`,
  ]);
}

function variables(): readonly object[] {
  const search = `{${namespace},cluster,gateway} MetricName="gateway.look.age"`;
  const chosen = (pattern: string, name: string, label: string): object => ({
    type: 'pattern',
    pattern,
    inputType: 'select',
    id: name,
    label,
    defaultValue: '__FIRST',
    visible: true,
    search,
    populateFrom: name,
  });
  return [
    {
      type: 'property',
      property: 'region',
      inputType: 'input',
      id: 'region',
      label: 'Region',
      defaultValue: region,
      visible: true,
    },
    chosen(cluster, 'cluster', 'Cluster'),
    chosen(gateway, 'gateway', 'Gateway'),
  ];
}

function widgets(profile: Exclude<Profile, 'off'>): readonly object[] {
  const seen = (metric: InstrumentName): boolean =>
    profiles.indexOf(catalogue[metric].profile) <= profiles.indexOf(profile);
  const all: object[] = [];
  let y = 0;
  for (const { question, panels } of sections) {
    const own = panels.flatMap((panel) => {
      const queries = panel.queries.filter(({ metric }) => seen(metric));
      return queries.length > 0 ? [{ ...panel, queries }] : [];
    });
    if (own.length === 0) continue;
    all.push({ type: 'text', x: 0, y, width: 24, height: 1, properties: { markdown: `## ${question}` } });
    y += 1;
    for (const [at, panel] of own.entries()) {
      const properties = propertiesOf(panel);
      all.push({ type: 'metric', x: (at % 3) * 8, y: y + 6 * Math.floor(at / 3), width: 8, height: 6, properties });
    }
    y += 6 * Math.ceil(own.length / 3);
  }
  return all;
}

function propertiesOf({ title, queries, as, bad }: Omit<Panel, 'queries'> & { readonly queries: readonly Query[] }) {
  const lines = queries.flatMap((query, at) => metricsOf(query, at));
  return {
    title,
    view: as === 'now' ? 'singleValue' : 'timeSeries',
    region,
    period: 60,
    metrics: lines,
    ...(as === 'now' ? {} : { yAxis: { left: { min: 0 } } }),
    ...(bad === undefined || as === 'now' ? {} : { annotations: { horizontal: [{ value: bad, fill: 'above' }] } }),
  };
}

/** A line by its dimensions; where there is one for each of many values, those are searched for. */
function metricsOf(query: Query, at: number): readonly (readonly unknown[])[] {
  const { metric, by = [], name } = query;
  const { dimensions } = catalogue[metric];
  const stat = statisticOf(query);
  const perSecond = stat.endsWith('/s');
  const id = `m${at}`;
  const plain = perSecond ? stat.slice(0, -2) : stat;
  if (by.length === 0) {
    const chosen = dimensions.flatMap((dimension) => [dimension, gateway]);
    const line = [namespace, metric, 'cluster', cluster, ...chosen];
    if (!perSecond) return [[...line, { stat: plain, label: name }]];
    return [
      [...line, { id, stat: plain, visible: false }],
      [{ expression: `${id}/PERIOD(${id})`, id: `e${at}`, label: name }],
    ];
  }
  const among = Object.entries(query.where ?? {}).map(
    ([dimension, values]) => `(${values.map((value) => `${dimension}="${value}"`).join(' OR ')})`,
  );
  const found = [`MetricName="${metric}"`, `cluster="${cluster}"`, `gateway="${gateway}"`, ...among].join(' ');
  const search = `SEARCH('{${[namespace, 'cluster', ...dimensions].join(',')}} ${found}', '${plain}', 60)`;
  const label = by.map((dimension) => `\${PROP('Dim.${dimension}')}`).join(' ');
  // Without a period of its own an array is divided by the one it was searched with.
  return [[{ expression: perSecond ? `${search}/60` : search, id: `e${at}`, label }]];
}

/** `/s`: divided by the seconds of its period. A share has a sample of 1 for each of the part and 0 for each of the rest. */
function statisticOf({ metric, stat }: Query): string {
  const instrument: Instrument = catalogue[metric];
  const counts =
    instrument.kind === 'counter' || (instrument.kind === 'share' && catalogue[instrument.of].kind === 'counter');
  if (stat === 'ratio') return 'Average';
  if (stat === 'whole') return counts ? 'SampleCount/s' : 'SampleCount';
  if (stat === 'part' || stat === 'rate') return counts ? 'Sum/s' : 'Sum';
  if (stat !== 'value') return stat;
  return { sum: 'Sum', max: 'Maximum', min: 'Minimum' }[instrument.kind === 'gauge' ? instrument.across : 'sum'];
}
