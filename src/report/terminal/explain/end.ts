import { oneLine } from '../../../lib/text.ts';
import { hang } from '../../../lib/width.ts';
import type { Endpoints, Explained } from '../../../routing/explained.ts';
import type { Decision } from '../../../routing/match/decision.ts';
import type { Look } from '../paint.ts';
import { answer, meaning } from './answer.ts';
import { placeOf } from './nearest.ts';
import type { Detail } from './pass.ts';

/** What follows the way: endpoints and what to expect of them, what is not known, and where others decide otherwise. */
export function renderEnd(explained: Explained, look: Look, { misses, minor }: Detail): readonly string[] {
  const { decision, desired, differs, replicas, faults, logged, notes } = explained;
  const lines: string[] = [];
  const add = (label: string, text: string): void => {
    lines.push(...hang(label.padEnd(12), oneLine(text), look.width));
  };
  const all = misses === Number.POSITIVE_INFINITY;
  for (const [index, one] of explained.endpoints.entries())
    add(index === 0 ? 'endpoints' : '', describeEndpoints(one, explained, all));
  const expected = expectedOf(explained);
  if (expected !== '') add('expected', expected);
  if (logged?.flag) add('logged', `${logged.status ?? ''} ${logged.flag}: ${meaning(logged.flag)}`.trim());
  if (decision.why !== null && !saidAbove(explained, decision.why)) add('why', decision.why);
  if (decision.unknown.length > 0 && decision.unknown.join() !== decision.why)
    add('unknown', decision.unknown.join(', ').replaceAll('authority', 'host'));
  const candidates = decision.candidates.slice(0, all ? undefined : 4);
  for (const candidate of candidates) add('can be', byRoute(explained, candidate));
  if (decision.candidates.length > candidates.length) add('', `${decision.candidates.length - candidates.length} more`);
  for (const { envoys, decision: other, differs: fields } of replicas) {
    const [first = '', ...rest] = envoys;
    const who = rest.length > 0 ? `${first} and ${rest.length} more decide` : `${first} decides`;
    add(
      'BUT',
      `${who} otherwise: ${answer(other, explained)}${other.why ? `, ${other.why}` : ''} (${fields.join(', ')})`,
    );
  }
  if (desired && differs.length > 0) add('desired', describeDesired(explained, desired, differs));
  const assumed = assumedOf(explained);
  if (assumed !== '') add('grade', assumed);
  for (const note of notes) add('note', note);
  const most = all ? faults.length : minor ? 2 : 0;
  for (const { message, pointer } of faults.slice(0, most)) add('not read', `${message} (${pointer})`);
  if (faults.length > most) add('not read', `${faults.length - most} more parts of the configuration (--all)`);
  return lines;
}

const plainFailures = new Map(
  Object.entries({
    failed_active_health_check: 'fails its health check',
    failed_outlier_check: 'ejected after errors (outlier detection)',
    failed_eds_health: 'unhealthy as told by EDS',
    pending_active_hc: 'not yet checked',
    pending_dynamic_removal: 'being removed',
    not_ready: 'not ready',
  }),
);

const mostHosts = 4;

function describeEndpoints(
  { cluster, object, toldBy, hosts }: Endpoints,
  { endpoints, by }: Explained,
  all: boolean,
): string {
  const name = endpoints.length > 1 ? `${object ?? cluster}: ` : '';
  if (toldBy === null) {
    const unread = by.envoy === null ? 'no Envoy was read, nor an EndpointSlice' : 'Envoy told of none (/clusters)';
    return `${name}not known: ${unread}`;
  }
  if (hosts.length === 0) return `${name}none`;
  const ill = hosts.filter(({ failures }) => failures.length > 0);
  const shown = [...ill, ...hosts.filter(({ failures }) => failures.length === 0)].slice(
    0,
    all ? undefined : mostHosts,
  );
  const said = shown.map(({ address, failures }) =>
    failures.length === 0
      ? `${address} ${toldBy === 'envoy' ? 'healthy' : 'ready'}`
      : `${address} ${failures.map((one) => plainFailures.get(one) ?? one).join(', ')}`,
  );
  const more = hosts.length > shown.length ? `, ${hosts.length - shown.length} more` : '';
  const source = toldBy === 'endpoint-slices' ? ' (EndpointSlices; Envoy resolves the name itself)' : '';
  return `${name}${said.join(', ')}${more}${source}`;
}

/** The status and flag to expect at the end of the way. */
function expectedOf({ decision, endpoints }: Explained): string {
  const { outcome, status, responseFlag } = decision;
  if (outcome === 'undecided') return '';
  if (outcome === 'no-filter-chain') return "no answer at all; only the listener's own log tells of it (flag NR)";
  if (outcome === 'no-listener') return 'no answer at all: the connection is refused';
  if (outcome !== 'forward') {
    return status === null ? '' : `status ${status}, flag ${responseFlag ?? '-'}, made by the gateway`;
  }
  const told = endpoints.filter(({ toldBy }) => toldBy !== null);
  const hosts = told.flatMap((one) => one.hosts);
  if (told.length > 0 && told.length === endpoints.length) {
    if (hosts.length === 0) return 'status 503, flag UH: the cluster has no host';
    if (hosts.every(({ failures }) => failures.length > 0)) {
      // Envoy's default panic threshold of 50 % sends to failed hosts (seen on 1.40.0).
      return 'status 503: no host is well (flag UH where panic mode is off; else Envoy tries them all the same)';
    }
  }
  const own = "the upstream's own status, flag -";
  if (told.length < endpoints.length) return `${own}, if it can be reached`;
  const some = hosts.some(({ failures }) => failures.length > 0) || told.some((one) => one.hosts.length === 0);
  return some ? `${own}; hosts that are not well are left out` : own;
}

/** A reason that a row above has told already. */
function saidAbove({ steps }: Explained, why: string): boolean {
  return steps.some(({ reason, verdict, stage, clause }) => {
    if (reason !== why) return false;
    return stage !== 'route' || (verdict === 'refused' && clause === '');
  });
}

function byRoute(explained: Explained, candidate: Decision): string {
  const at = candidate.hops.at(-1);
  const route = at?.route ? ` by ${routeName(explained, at.route)} of virtual host ${at.virtualHost}` : '';
  return `${answer(candidate, explained)}${route}${candidate.outcome === 'undecided' && candidate.why ? `: ${candidate.why}` : ''}`;
}

type At = NonNullable<Decision['hops'][number]['route']>;

function routeName({ objects }: Explained, at: At): string {
  const origin = objects[`${at.document} ${at.pointer}`];
  if (!origin) return `route ${at.name || `#${at.index}`}`;
  return `${origin.object}${placeOf(origin)}`;
}

function describeDesired(explained: Explained, desired: Decision, differs: readonly string[]): string {
  const route = desired.hops[0]?.route;
  const origin = route ? explained.objects[`${route.document} ${route.pointer}`] : undefined;
  const notes = desired.hops.flatMap((hop) => (hop.route ? notesOf(explained, hop.route) : []));
  const by = route && origin ? `${routeName(explained, route)} would take it` : 'the objects ask for something else';
  const rests = notes.length > 0 ? `; rests on what was never seen of App Mesh: ${[...new Set(notes)].join(', ')}` : '';
  return `${by} -> ${answer(desired, explained)} (differs: ${differs.join(', ')})${rests}`;
}

function notesOf(
  { objects }: Explained,
  at: { readonly document: string; readonly pointer: string },
): readonly string[] {
  return objects[`${at.document} ${at.pointer}`]?.notes ?? [];
}

/** How sure the table is that was made from objects. */
function assumedOf(explained: Explained): string {
  const { by, steps, objects } = explained;
  if (by.envoy !== null) return '';
  const took = steps.flatMap(({ verdict, place }) =>
    verdict === 'matched' && place ? (objects[`${place.document} ${place.pointer}`] ?? []) : [],
  );
  if (took.length === 0) return '';
  const notes = [...new Set(took.flatMap((origin) => origin.notes))];
  if (notes.length > 0) return `assumed: App Mesh's form was never seen for ${notes.join(', ')}`;
  const [grade] = took.map((origin) => origin.grade).filter((one) => one !== 'observed');
  return grade ?? 'observed: routes of this form stood in a real App Mesh gateway';
}
