import { hang, oneLine } from '../../lib/text.ts';
import type { Explained } from '../../routing/explained.ts';
import type { Decision } from '../../routing/match/decision.ts';
import type { Step } from '../../routing/match/steps.ts';
import { type Look, paint, sign } from './paint.ts';

/** The way of one request as a picture: each pass through the gateway, what took it, what refused it and why. */
export function renderExplanation(explained: Explained, look: Look & { readonly all: boolean }): string {
  const { decision, by, steps } = explained;
  const request = oneLine(`${explained.method ?? '(method unknown)'} ${explained.url}`);
  const known = by.versionKnown ? by.version : `${by.version}, assumed: nothing tells it`;
  const passes = Math.max(0, ...steps.map(({ hop }) => hop)) + 1;
  const lines = [
    ...hang('', paint(look, 'bold', `${request} -> ${answer(decision)}`), look.width),
    ...hang('  ', `decided by ${decidedBy(explained, known)}`, look.width),
    ...(explained.way === '' ? [] : hang('  ', `port: ${explained.way}`, look.width)),
    '',
  ];
  for (let pass = 0; pass < passes; pass += 1) {
    lines.push(...renderPass(explained, pass, passes, look), '');
  }
  lines.push(...renderEnd(explained, look));
  return `${lines.join('\n').trimEnd()}\n`;
}

function decidedBy({ by }: Explained, version: string): string {
  if (by.envoy !== null) return oneLine(`${by.envoy} (Envoy ${version}), ${by.gateway}`);
  return oneLine(`the objects alone: what App Mesh would have pushed to ${by.gateway} (Envoy ${version})`);
}

/** What the client gets, in a few words. */
function answer(decision: Decision): string {
  const { outcome, status, responseFlag, cluster, clusters, location } = decision;
  switch (outcome) {
    case 'forward':
      if (cluster !== null) return `cluster ${oneLine(cluster)}`;
      return `clusters ${clusters.map(({ name, weight }) => `${oneLine(name)} (${weight})`).join(', ')}`;
    case 'redirect':
      return `${status} redirect to ${oneLine(location ?? '(unknown)')}`;
    case 'direct-response':
      return `${status} answered by the gateway itself`;
    case 'rejected':
      return `${status} answered by the gateway`;
    case 'no-route':
      return `${status} ${responseFlag}, no route`;
    case 'no-virtual-host':
      return `${status} ${responseFlag}, no virtual host`;
    case 'no-cluster':
      return `${status} ${responseFlag}, the cluster is missing`;
    case 'no-listener':
      return 'nobody listens';
    case 'no-filter-chain':
      return 'the connection is closed: no filter chain';
    case 'undecided':
      return 'undecided';
  }
}

const nearestShown = 4;

function renderPass(
  explained: Explained,
  pass: number,
  passes: number,
  look: Look & { readonly all: boolean },
): readonly string[] {
  const { decision } = explained;
  const steps = explained.steps.filter(({ hop }) => hop === pass);
  const lines: string[] = [];
  const width = look.width;
  const row = (label: string, text: string): void => {
    lines.push(...hang(`   ${label.padEnd(13)}`, oneLine(text), width));
  };
  const routes = steps.filter(({ stage }) => stage === 'route');
  const refused = routes.filter(({ verdict, place, clause }) => verdict === 'refused' && place && clause !== '');
  const taken = routes.filter(({ verdict }) => verdict !== 'refused');
  const listener = steps.find(({ stage }) => stage === 'listener');
  if (listener)
    lines.push(paint(look, 'bold', `${passes > 1 ? `${pass + 1} ` : ''}listener ${oneLine(listener.object)}`));
  for (const { stage, object, verdict, clause, reason } of steps) {
    if (stage === 'listener' && verdict === 'refused') row('listener', reason);
    if (stage === 'request') row(verdict === 'refused' ? 'refused' : object, reason);
    if (stage === 'filter-chain') row('chain', reason);
    if (stage === 'virtual-host')
      row('virtual host', verdict === 'matched' ? `${object} (${clause}) ${reason}` : reason);
  }
  const nothingTook = taken.length === 0 && routes.length > 0;
  if (nothingTook && refused.length === 0) row('no route', routes.at(-1)?.reason ?? '');
  const near = nearest(explained, refused);
  const most = nothingTook ? nearestShown : 2;
  const telling = nothingTook ? near : near.filter((step) => closeness(step) > 1);
  const shown = look.all ? near : telling.slice(0, most);
  for (const [index, step] of shown.entries()) {
    row(index > 0 ? '' : nothingTook ? 'nearest' : 'refused', refusal(explained, step));
  }
  if (near.length > shown.length) {
    const others = near.length - shown.length;
    row(
      shown.length > 0 ? '' : 'refused',
      `${others} ${shown.length > 0 ? 'more ' : ''}${others === 1 ? 'route' : 'routes'} refused it (--all shows them)`,
    );
  }
  for (const step of taken) {
    const surely = step.verdict === 'matched';
    const doubt = surely ? '' : ` (${step.reason})`;
    row(surely ? 'matched' : 'perhaps', `${nameOf(explained, step)}: ${step.clause}${doubt}`);
  }
  const hop = decision.hops[pass];
  if (hop?.rewrite) row('sent on as', `${hop.rewrite.path}, host ${hop.rewrite.host}`);
  for (const { stage, object, reason, verdict } of steps) {
    if (stage === 'cluster') row('cluster', verdict === 'matched' ? object : reason);
    if (stage === 'filter') row('filter', reason);
  }
  if (hop && hop.timeoutMs !== null) row('timeout', hop.timeoutMs === 0 ? 'none' : `${hop.timeoutMs / 1000} s`);
  return lines;
}

function refusal(explained: Explained, step: Step): string {
  return `${nameOf(explained, step)}: wants ${step.clause}; ${step.reason}`;
}

/** A route by the object it was made from, with where to edit it; else by its place in Envoy's order. */
function nameOf({ objects }: Explained, { object, place }: Step): string {
  const origin = place ? objects[`${place.document} ${place.pointer}`] : undefined;
  if (!origin) return object;
  return `${origin.object}${origin.file === null ? '' : ` (${origin.file}:${origin.line})`}`;
}

/**
 * Routes that all but took the request first: fewest clauses refused, then those the path came furthest into. An object
 * that stands as two routes (`/x/` and `/x`) is told once.
 */
function nearest(explained: Explained, refused: readonly Step[]): readonly Step[] {
  const score = (step: Step): number => step.refusals * 1000 - closeness(step);
  const best = new Map<string, Step>();
  for (const step of refused) {
    const key = nameOf(explained, step);
    const held = best.get(key);
    if (!held || score(step) < score(held)) best.set(key, step);
  }
  return [...best.values()].sort((one, other) => score(one) - score(other));
}

function closeness({ clause, reason }: Step): number {
  if (!clause.startsWith('path')) return 999;
  return Math.min(998, Number(/differs from character (\d+)/.exec(reason)?.[1] ?? 0));
}

function renderEnd(explained: Explained, look: Look & { readonly all: boolean }): readonly string[] {
  const { decision, desired, differs, endpoints, faults, objects } = explained;
  const lines: string[] = [];
  const add = (label: string, text: string): void => {
    lines.push(...hang(label.padEnd(12), oneLine(text), look.width));
  };
  for (const { cluster, known, hosts } of endpoints) {
    const ill = hosts.filter(({ failures }) => failures.length > 0);
    if (!known) add('endpoints', `${cluster}: Envoy told of none`);
    else if (hosts.length === 0) add('endpoints', `${cluster} has no host: clients get 503 UH`);
    else
      add(
        'endpoints',
        hosts
          .map(({ address, failures }) => `${address} ${failures.length > 0 ? failures.join(', ') : 'healthy'}`)
          .join(', '),
      );
    if (known && hosts.length > 0 && ill.length === hosts.length)
      add('expected', '503 UH: no host is healthy (unless panic mode sends anyway)');
  }
  if (decision.why !== null) add('why', decision.why);
  if (decision.unknown.length > 0) add('unknown', decision.unknown.join(', '));
  for (const candidate of decision.candidates) {
    const at = candidate.hops.at(-1);
    add(
      'can be',
      `${answer(candidate)}${at?.route ? ` by route ${at.route.name || at.route.index} of ${at.virtualHost}` : ''}`,
    );
  }
  if (desired && differs.length > 0)
    add('desired', `the objects ask for something else: ${answer(desired)} (differs: ${differs.join(', ')})`);
  const took = explained.steps.flatMap(({ verdict, place }) =>
    verdict === 'matched' && place ? (objects[`${place.document} ${place.pointer}`] ?? []) : [],
  );
  const notes = [...new Set(took.flatMap((origin) => origin.notes))];
  if (explained.by.envoy === null && notes.length > 0)
    add('assumed', `App Mesh's form was never seen for: ${notes.join(', ')}`);
  const most = look.all ? faults.length : 3;
  for (const { message, pointer } of faults.slice(0, most)) add('not read', `${message} (${pointer})`);
  if (faults.length > most)
    add(
      '',
      `${faults.length - most} more parts of the configuration that are not understood ${sign(look, 'ellipsis')}`,
    );
  return lines;
}
