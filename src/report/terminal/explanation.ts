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
    ...hang('  ', `decided by ${oneLine(by.envoy)} (Envoy ${known}), ${oneLine(by.gateway)}`, look.width),
    ...(explained.port === '' ? [] : hang('  ', `listener found: ${explained.port}`, look.width)),
    '',
  ];
  for (let pass = 0; pass < passes; pass += 1) {
    lines.push(
      ...renderPass(
        pass,
        passes,
        steps.filter(({ hop }) => hop === pass),
        decision,
        look,
      ),
      '',
    );
  }
  lines.push(...renderEnd(explained, look));
  return `${lines.join('\n').trimEnd()}\n`;
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
  pass: number,
  passes: number,
  steps: readonly Step[],
  decision: Decision,
  look: Look & { readonly all: boolean },
): readonly string[] {
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
  const near = nearest(refused);
  const shown = look.all ? near : near.slice(0, nothingTook ? nearestShown : 2);
  if (nothingTook) {
    for (const [index, step] of shown.entries()) row(index === 0 ? 'nearest' : '', refusal(step));
  } else {
    for (const [index, step] of shown.entries()) row(index === 0 ? 'refused' : '', refusal(step));
  }
  if (near.length > shown.length) row('', `${near.length - shown.length} more routes refused it (--all shows them)`);
  for (const { object, clause, reason, verdict } of taken) {
    row(
      verdict === 'matched' ? 'matched' : 'perhaps',
      `${object}: ${clause}${verdict === 'matched' ? '' : ` (${reason})`}`,
    );
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

function refusal({ object, clause, reason }: Step): string {
  return `${object}: wants ${clause}; ${reason}`;
}

/** Routes that all but took the request first: fewest clauses refused, then those the path came furthest into. */
function nearest(refused: readonly Step[]): readonly Step[] {
  const score = (step: Step): number => step.refusals * 1000 - closeness(step);
  return [...refused].sort((one, other) => score(one) - score(other));
}

function closeness({ clause, reason }: Step): number {
  if (!clause.startsWith('path')) return 999;
  return Math.min(998, Number(/differs from character (\d+)/.exec(reason)?.[1] ?? 0));
}

function renderEnd(
  { decision, endpoints, faults }: Explained,
  look: Look & { readonly all: boolean },
): readonly string[] {
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
  const most = look.all ? faults.length : 3;
  for (const { message, pointer } of faults.slice(0, most)) add('not read', `${message} (${pointer})`);
  if (faults.length > most)
    add(
      '',
      `${faults.length - most} more parts of the configuration that are not understood ${sign(look, 'ellipsis')}`,
    );
  return lines;
}
