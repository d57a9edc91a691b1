import { clean, oneLine } from '../../lib/text.ts';
import { hang } from '../../lib/width.ts';
import { renderExplanation } from '../../report/terminal/explanation.ts';
import type { Look } from '../../report/terminal/paint.ts';
import type { Content } from '../content.ts';
import { age, type Data } from '../data.ts';

/** The way of one request; asked anew at every edit. */
export function explainContent(data: Data, request: string, look: Look): Content {
  const title = 'explain';
  if (request === '') {
    return {
      kind: 'page',
      title,
      lines: [
        '',
        ...hang('  ', 'press e and type a request: GET http://shop.example.com/cart/1', look.width),
        ...hang('  ', 'or paste a curl command, or a line of the access log', look.width),
      ],
    };
  }
  const lines = [`  ${clean(request)}`, '', ...answerOf(data, request, look)];
  return { kind: 'page', title, lines, waits: isAwaited(data, request) };
}

/** Whether an answer is still to come. */
export function isAwaited({ explained }: Data, request: string): boolean {
  return (explained.get(request)?.state ?? 'waiting') === 'waiting';
}

/** The answer to what was asked. */
export function answerOf({ explained, now }: Data, request: string, look: Look): readonly string[] {
  const asked = explained.get(request);
  if (!asked || asked.state === 'waiting') return [`  asking … ${asked ? age(asked.since, now) : ''}`];
  if (asked.state === 'failed') return [`  ${oneLine(asked.why)}`];
  const {
    trouble,
    explained: [one],
  } = asked.value;
  if (trouble !== null) return [`  ${oneLine(trouble)}`];
  if (!one) return ['  no answer'];
  if ('error' in one) return [`  ${oneLine(one.error)}`];
  return renderExplanation(one, { ...look, all: true })
    .trimEnd()
    .split('\n');
}
