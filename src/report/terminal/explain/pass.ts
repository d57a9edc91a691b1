import { oneLine } from '../../../lib/text.ts';
import { displayWidth, hang } from '../../../lib/width.ts';
import type { Explained } from '../../../routing/explained.ts';
import type { Step } from '../../../routing/match/steps.ts';
import { type Look, paint } from '../paint.ts';
import { closeness, nameOf, nearestFirst, originOf, placeOf, refusal } from './nearest.ts';

/** How much is told. */
export interface Detail {
  /** Of the routes that refused a request. */
  readonly misses: number;
  /** What matters less: the route that took a request although another all but did. */
  readonly minor: boolean;
}

/** One pass of a request through a listener. */
export function renderPass(
  explained: Explained,
  pass: number,
  passes: number,
  look: Look,
  { misses, minor }: Detail,
): readonly string[] {
  const { decision } = explained;
  const steps = explained.steps.filter(({ hop }) => hop === pass);
  const lines: string[] = [];
  const row = (label: string, text: string): void => {
    lines.push(...hang(`    ${label.padEnd(11)} `, oneLine(text), look.width));
  };
  heading(explained, steps, pass, passes, look, lines);
  for (const { stage, object, verdict, reason } of steps) {
    if (stage === 'listener' && verdict === 'refused') row('refused', reason);
    if (stage === 'request') row(verdict === 'refused' ? 'refused' : object, reason);
    if (stage === 'filter-chain') row('closed', reason);
    if (stage === 'virtual-host' && verdict === 'refused') row('refused', reason);
  }
  const routes = steps.filter(({ stage, place }) => stage === 'route' && place);
  const refused = routes.filter(({ verdict, clause }) => verdict === 'refused' && clause !== '');
  const taken = routes.filter(({ verdict }) => verdict !== 'refused');
  const last = pass === passes - 1;
  const nothingTook = last && decision.outcome === 'no-route' && taken.every(({ verdict }) => verdict === 'unknown');
  if (nothingTook && refused.length + taken.length === 0) {
    const empty = routes.at(-1);
    row('no route', empty?.reason ?? 'it has no routes');
    const origin = originOf(explained, empty);
    if (origin) row('edit', `${origin.object}${placeOf(origin)}`);
  }
  if (!nothingTook) before(explained, refused, minor ? Math.min(misses, 2) : 0, misses, row);
  for (const step of taken) {
    const surely = step.verdict === 'matched';
    const concluded = nothingTook ? ': the answer says that it refused' : '';
    const doubt = surely ? '' : ` (${step.reason.replaceAll('authority', 'host')}${concluded})`;
    const label = surely ? 'matched' : nothingTook ? 'nearest' : 'perhaps';
    row(label, `${nameOf(explained, step)}: ${nothingTook ? 'asks that ' : ''}${step.clause}${doubt}`);
  }
  if (nothingTook) nearest(explained, refused, misses, taken.length === 0, row);
  for (const { stage, reason } of steps) if (stage === 'filter') row('filter', reason);
  const hop = decision.hops[pass];
  const clusters = steps.filter(({ stage }) => stage === 'cluster');
  const first = clusters[0]?.object;
  if (hop?.rewrite && clusters.some(({ verdict }) => verdict !== 'refused')) {
    const timeout =
      hop.timeoutMs === null ? '' : hop.timeoutMs === 0 ? ', no timeout' : `, timeout ${hop.timeoutMs / 1000} s`;
    row('sent on as', `path ${hop.rewrite.path}, host ${hop.rewrite.host}${timeout}`);
  }
  for (const { verdict, object, reason } of clusters) {
    if (verdict === 'refused') row('missing', reason);
    else if (last) row(object === first ? 'to cluster' : '', object);
  }
  return lines;
}

function heading(
  explained: Explained,
  steps: readonly Step[],
  pass: number,
  passes: number,
  look: Look,
  lines: string[],
): void {
  const listener = steps.find(({ stage }) => stage === 'listener');
  if (!listener) return;
  const host = steps.find(({ stage, verdict }) => stage === 'virtual-host' && verdict === 'matched');
  const inner = pass > 0 ? ' (inside the gateway)' : '';
  const title = oneLine(`${passes > 1 ? `${pass + 1} ` : ''}listener ${listener.object}${inner}`);
  const any = host !== undefined && (host.clause === '*' || explained.decision.hops[pass]?.virtualHost === null);
  const takes = host ? oneLine(`virtual host ${host.object} ${any ? 'takes every host' : host.reason}`) : '';
  if (takes === '') lines.push(paint(look, 'bold', title));
  else if (displayWidth(`${title}: ${takes}`) <= look.width) lines.push(`${paint(look, 'bold', title)}: ${takes}`);
  else lines.push(paint(look, 'bold', title), ...hang(`    ${'host'.padEnd(11)} `, takes, look.width));
}

type Row = (label: string, text: string) => void;

/** Routes tried before the one that took the request: those whose path fitted are worth telling. */
function before(explained: Explained, refused: readonly Step[], most: number, misses: number, row: Row): void {
  const near = nearestFirst(explained, refused);
  const shown =
    misses === Number.POSITIVE_INFINITY ? near : near.filter((step) => closeness(step) === 999).slice(0, most);
  for (const step of shown) row('refused', refusal(explained, step));
  const others = near.length - shown.length;
  const more = shown.length > 0 ? 'more ' : '';
  if (others > 0) row('before', `${others} ${more}${others === 1 ? 'route' : 'routes'} tried first refused it (--all)`);
}

function nearest(explained: Explained, refused: readonly Step[], misses: number, first: boolean, row: Row): void {
  const near = nearestFirst(explained, refused);
  // Beside the nearest, a route whose path has nothing in common with the request's tells a person nothing.
  const telling = misses === Number.POSITIVE_INFINITY ? near : near.filter((one, at) => at === 0 || closeness(one) > 4);
  const shown = telling.slice(0, misses);
  for (const [index, step] of shown.entries()) row(first && index === 0 ? 'nearest' : '', refusal(explained, step));
  const others = near.length - shown.length;
  if (others > 0) row('', `${others} more ${others === 1 ? 'route' : 'routes'} refused it (--all shows them)`);
}
