import { readPasted } from '../../collect/access-log/pasted.ts';
import { requestOfLine } from '../../engine/request-of-line.ts';
import { UnreadableRequest } from '../../engine/requests/unreadable.ts';
import type { ExplainRequest } from '../../routing/explained.ts';

/** Reads a pasted access-log line, whole or in part, text or JSON; what it does not hold is unknown, not absent. */
export function readLogLine(text: string): ExplainRequest {
  const line = readPasted(text);
  if (line && (line.method !== null || line.path !== null)) return requestOfLine(line);
  const wants = '[time] "GET /path HTTP/1.1" 404 NR …, or a JSON object with method and path';
  throw new UnreadableRequest(`cannot read the log line: it is not in Envoy's default text format (${wants})`);
}
