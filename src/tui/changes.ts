import type { CollectSummary } from '../engine/protocol.ts';
import type { Severity } from '../diagnose/finding.ts';
import type { ReportDocument, ReportFinding } from '../report/document.ts';
import { changesSince, type Held, isHeard } from '../report/finding-changes.ts';
import { type StatusDocument, statusRow } from '../report/status.ts';
import { refText } from '../snapshot/object.ts';

/** Something that was otherwise at the reading before. */
export interface Change {
  /** Milliseconds since 1970: when it was seen. */
  readonly at: number;
  readonly what:
    | 'finding came'
    | 'finding went'
    | 'finding changed'
    | 'configuration'
    | 'gateway'
    | 'source'
    | 'object';
  readonly about: string;
  readonly said: string;
  readonly severity: Severity | null;
  /** The finding it is about. */
  readonly finding: string | null;
}

/** What one reading brought; a part that did not come is null. */
export interface Reading {
  readonly collected: Pick<CollectSummary, 'configurations' | 'sources'> | null;
  readonly status: StatusDocument | null;
  readonly report: Pick<ReportDocument, 'findings' | 'checks'> | null;
}

/** What is known from all readings so far. */
export interface Known {
  readonly held: Held | null;
  readonly facts: ReadonlyMap<string, Fact>;
}

/** Something of which a person wants to hear when it is not as it was. */
interface Fact extends Pick<Change, 'what' | 'about' | 'severity'> {
  /** What of it; empty where that is plain. */
  readonly label: string;
  readonly value: string;
}

/** Nothing was read yet: the first reading is no change. */
export const nothingKnown: Known = { held: null, facts: new Map() };

const most = 500;

/** The changes that a reading shows, the newest first, before those of earlier ones. */
export function withChanges(
  known: Known,
  reading: Reading,
  at: number,
  earlier: readonly Change[],
): { readonly known: Known; readonly changes: readonly Change[] } {
  const facts = new Map([...known.facts, ...factsOf(reading)]);
  const found = reading.report === null ? null : changesSince(known.held ?? new Map(), reading.report);
  const ofFindings =
    known.held === null || !found
      ? []
      : found.changes
          .filter(({ finding }) => isHeard(finding))
          .map(({ what, finding }) => findingChange(what, finding, at));
  const ofFacts = [...facts].flatMap(([key, fact]): readonly Change[] => {
    const before = known.facts.get(key);
    if (!before || before.value === fact.value) return [];
    const { what, about, severity, label, value } = fact;
    return [{ at, what, about, severity, said: `${label}${before.value} -> ${value}`, finding: null }];
  });
  const changes = [...ofFindings, ...ofFacts, ...earlier].slice(0, most);
  return { known: { held: found?.held ?? known.held, facts }, changes };
}

function findingChange(what: 'appeared' | 'changed' | 'gone', finding: ReportFinding, at: number): Change {
  const { id, rule, severity, effect, objects, message } = finding;
  const words = { appeared: 'finding came', changed: 'finding changed', gone: 'finding went' } as const;
  const [first] = objects;
  const said = what === 'changed' ? `${rule}: now ${severity}, ${effect}` : `${rule}: ${message}`;
  return {
    ...{ at, what: words[what], about: first ? refText(first) : '', said },
    severity: what === 'gone' ? null : severity,
    finding: what === 'gone' ? null : id,
  };
}

/** What a source cost is another thing each time, and no change. */
function faultsOf(detail: string): string {
  const parts = detail.split('; ').filter((part) => !/^(?:\d+ calls, |rests )/.test(part));
  return parts.length > 0 ? parts.join('; ') : detail;
}

function factsOf({ collected, status }: Reading): ReadonlyMap<string, Fact> {
  const facts: Fact[] = [];
  for (const { envoy, listeners, routes, clusters } of collected?.configurations ?? []) {
    for (const [part, value] of Object.entries({ listeners, routes, clusters }))
      facts.push({ what: 'configuration', about: envoy, label: `${part} `, value: value || 'none', severity: null });
  }
  for (const { name, state, detail } of collected?.sources ?? []) {
    const well = state === 'ok';
    const value = well ? 'read' : `${state}: ${faultsOf(detail)}`;
    facts.push({ what: 'source', about: name, label: '', value, severity: well ? null : 'warning' });
  }
  for (const gateway of status?.gateways ?? []) {
    const [cluster = '', name = '', pods = '?', routes = '?'] = statusRow(gateway);
    const { controlPlane } = gateway;
    const plane = controlPlane.known ? controlPlane.value.state : '?';
    const about = cluster === '' ? name : `${cluster} ${name}`;
    for (const [label, value] of Object.entries({ 'pods serving ': pods, 'routes ': routes, 'control plane ': plane }))
      facts.push({ what: 'gateway', about, label, value, severity: null });
  }
  return new Map(facts.map((fact) => [`${fact.what} ${fact.about} ${fact.label}`, fact]));
}
