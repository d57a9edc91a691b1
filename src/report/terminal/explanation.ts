import { oneLine } from '../../lib/text.ts';
import { hang, truncate } from '../../lib/width.ts';
import type { Explained } from '../../routing/explained.ts';
import { answer, failing } from './explain/answer.ts';
import { renderEnd } from './explain/end.ts';
import { type Detail, renderPass } from './explain/pass.ts';
import { type Look, paint, sign } from './paint.ts';

/** What fits a screen: more is shown with `--all`. */
const mostLines = 25;

/** From rich to bare: how many routes that refused a request are told. */
const details: readonly Detail[] = [
  { misses: 4, minor: true },
  { misses: 3, minor: true },
  { misses: 2, minor: true },
  { misses: 2, minor: false },
  { misses: 1, minor: false },
];

/** The way of one request as a picture: each pass through the gateway, what took it, what refused it and why. */
export function renderExplanation(explained: Explained, look: Look & { readonly all: boolean }): string {
  if (look.all) return join(render(explained, look, { misses: Number.POSITIVE_INFINITY, minor: true }));
  let lines: readonly string[] = [];
  for (const detail of details) {
    lines = render(explained, look, detail);
    if (lines.length <= mostLines) return join(lines);
  }
  const left = lines.length - mostLines + 1;
  return join([...lines.slice(0, mostLines - 1), `${sign(look, 'ellipsis')} ${left} more lines (--all shows them)`]);
}

function join(lines: readonly string[]): string {
  return `${lines.join('\n').trimEnd()}\n`;
}

function render(explained: Explained, look: Look, detail: Detail): readonly string[] {
  const { decision, steps, way } = explained;
  const { width } = look;
  // A URL can be as long as its writer likes; it is known to whoever typed it.
  const url = truncate(oneLine(explained.url), width, sign(look, 'ellipsis'));
  const request = `${oneLine(explained.method ?? '(method unknown)')} ${url}`;
  const style = failing(decision) ? 'red' : decision.outcome === 'undecided' ? 'yellow' : 'green';
  const [head = '', ...more] = hang('', `${request} -> ${answer(decision, explained)}`, width);
  const lines = [head, ...more].map((line) => paint(look, ['bold', style], line));
  lines.push(...hang('  ', `decided by ${decidedBy(explained)}`, width));
  if (way !== '') lines.push(...hang('  port: ', oneLine(way), width));
  lines.push('');
  const passes = Math.max(0, ...steps.map(({ hop }) => hop)) + 1;
  for (let pass = 0; pass < passes; pass += 1) lines.push(...renderPass(explained, pass, passes, look, detail));
  const end = renderEnd(explained, look, detail);
  return end.length > 0 ? [...lines, '', ...end] : lines;
}

function decidedBy({ by }: Explained): string {
  const version = by.versionKnown ? by.version : `${by.version} (assumed)`;
  if (by.envoy === null)
    return oneLine(`the objects alone: what App Mesh would push to ${by.gateway}, Envoy ${version}`);
  const others = by.envoys.length - 1;
  const agree = others > 0 ? ` (and ${others} more ${others === 1 ? 'agrees' : 'agree'})` : '';
  const of = by.gateway === `Envoy ${by.envoy}` ? '' : `, of ${by.gateway}`;
  return oneLine(`${by.envoy}${agree}, Envoy ${version}${of}`);
}
