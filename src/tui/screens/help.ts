import { hang } from '../../lib/width.ts';
import type { Look } from '../../report/terminal/paint.ts';
import type { Content } from '../content.ts';

const keys: readonly (readonly [string, string])[] = [
  ['enter, right', 'into the row'],
  ['esc, left', 'out again, or out of the filter'],
  ['j k, arrows', 'down, up'],
  ['space, page keys', 'a page down, up (also ctrl-f, ctrl-b)'],
  ['g G', 'first, last'],
  ['tab', 'next screen: gateways, findings, logs, explain, changes, sources'],
  ['/', 'filter: every word must be in the row; flag:UF in that column, 5xx'],
  [':', 'jump to a screen by name'],
  ['< >', 'sort by the column before, after'],
  ['o', 'turn the order round'],
  ['1-9', 'show or fold a part of a page'],
  ['e', 'explain a request: URL, curl command or log line; answered as you type'],
  ['l', 'the log; of a route where you stand on one'],
  ['y', 'copy the command of a finding, a request, or what reads the object of a route'],
  ['s', 'save the report into this folder'],
  ['c', 'collect a bundle into this folder, redacted'],
  ['r', 'read again now, also Envoys that rest from being read'],
  ['p', 'pause: nothing is read again until p'],
  ['.', 'with --screen-reader: say all of it again'],
  ['? q', 'this page, quit'],
];

/** The keys. */
export function helpContent(look: Look): Content {
  const lines = keys.flatMap(([key, does]) => hang(`  ${key.padEnd(18)}`, does, look.width));
  return { kind: 'page', title: 'help', lines };
}
