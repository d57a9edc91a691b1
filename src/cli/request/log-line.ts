import type { ExplainRequest } from '../../routing/explained.ts';
import { Failure } from '../failure.ts';

/** Envoy's default text format (docs: configuration/observability/access_log/usage, "default format string"). */
const format =
  /^\[[^\]]*\] "(\S+) (\S+) (\S+)" (\d+) (\S+) \S+ \S+ \S+ \S+ "([^"]*)" "([^"]*)" "([^"]*)" "([^"]*)" "([^"]*)"\s*$/;

/** Reads a pasted access-log line; what it does not hold is unknown, not absent. */
export function readLogLine(line: string): ExplainRequest {
  const match = format.exec(line.trim());
  if (!match) {
    throw new Failure("cannot read the log line: it is not in Envoy's default text format", 2);
  }
  const [, method = '', path = '', protocol = '', status = '', flag = '', forwarded, agent, id, authority = ''] = match;
  const known = (text: string | undefined): readonly string[] => (text === '-' || text === undefined ? [] : [text]);
  return {
    id: null,
    method: method === '-' ? null : method,
    url: `${authority === '-' ? '' : authority}${path}`,
    authority: authority === '-' ? null : authority,
    target: path === '-' ? null : path,
    headers: { 'x-forwarded-for': known(forwarded), 'user-agent': known(agent), 'x-request-id': known(id) },
    otherHeaders: 'unknown',
    port: null,
    urlPort: Number(/:(\d+)$/.exec(authority)?.[1] ?? 80),
    protocol: protocol === 'HTTP/2' ? 'http2' : 'http1',
    sni: null,
    tls: null,
    logged: { status: Number(status), flag },
    expect: null,
  };
}
