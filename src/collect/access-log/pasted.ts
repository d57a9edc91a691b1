import type { LogLine } from '../../snapshot/access-log/line.ts';
import { defaultTextFormat } from './format.ts';
import { compileBeginning } from './text-parser.ts';
import { LogReader } from './reader.ts';

const beginning = compileBeginning(defaultTextFormat, 'REQ');

/** Reads a line as people paste it: whole, or in Envoy's default text format from the request on, as far as it goes. */
export function readPasted(text: string): LogLine | null {
  const whole = new LogReader([]).read(text.trim());
  if (whole.kind === 'request') return whole.line;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    const line = beginning(text.slice(at + 1).trimEnd());
    if (line) return line;
  }
  return null;
}
