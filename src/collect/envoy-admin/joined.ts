import type { CoverageEntry, Gap, Seen } from '../../snapshot/coverage.ts';
import type { EnvoyAssembly } from '../../snapshot/envoy/assemble.ts';
import { neverRead } from '../../snapshot/envoy/section-gaps.ts';
import type { EnvoySection } from '../../snapshot/envoy/section.ts';
import type { EnvoyView, StatsReads } from '../../snapshot/envoy/view.ts';

type SectionName = Exclude<keyof EnvoyView, 'key' | 'label' | 'pod' | 'bodies'>;

const names: readonly (readonly [SectionName, EnvoySection])[] = [
  ['serverInfo', 'server_info'],
  ['ready', 'ready'],
  ['listeners', 'listeners'],
  ['bootstrap', 'bootstrap'],
  ['listenerConfig', 'listener_config'],
  ['routes', 'routes'],
  ['clusterConfig', 'cluster_config'],
  ['endpoints', 'endpoints'],
  ['secrets', 'secrets'],
  ['hosts', 'hosts'],
  ['stats', 'stats'],
  ['certs', 'certs'],
  ['runtime', 'runtime'],
];

/**
 * What an Envoy said before, with what it says now: a section that nobody asked for this time is as it was. Counters become
 * two readings, the last one before and the one of now.
 */
export function joined(before: EnvoyAssembly | null, now: EnvoyAssembly): EnvoyAssembly {
  if (!before) return now;
  let view = now.view;
  const coverage: CoverageEntry[] = [];
  const gaps: Gap[] = [];
  for (const [name, section] of names) {
    const old = isUnasked(section, now.view[name], now.view.label);
    if (old) view = { ...view, [name]: before.view[name] };
    else if (name === 'stats') view = { ...view, stats: twice(before.view.stats, now.view.stats) };
    const entry = (old ? before : now).coverage.find(
      ({ subject }) => subject.type === 'envoy' && subject.section === section,
    );
    if (entry) coverage.push(entry);
    const seen: Seen<unknown> = view[name];
    if (seen.state !== 'listed') gaps.push(seen.gap);
  }
  return { view, coverage, gaps };
}

/** A section of which no page was asked for says so itself: one that was and failed names the page. */
function isUnasked(section: EnvoySection, seen: Seen<unknown>, label: string): boolean {
  return seen.state === 'not-read' && seen.gap.reason === neverRead(section, label).reason;
}

function twice(before: Seen<StatsReads>, now: Seen<StatsReads>): Seen<StatsReads> {
  if (before.state === 'not-read' || now.state === 'not-read') return now;
  const last = before.value.at(-1);
  const [first, ...rest] = now.value;
  return last && last.at !== first.at ? { ...now, value: [last, first, ...rest] } : now;
}
