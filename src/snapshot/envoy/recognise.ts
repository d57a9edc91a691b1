import { isObject } from '../../lib/json.ts';

/** What a text looks like when it is not the admin page it should be: in words, for the line that refuses it. */
export function recognise(text: string, page: unknown): string {
  const head = text.slice(0, 2000);
  if (text.trim() === '') return 'it is empty';
  if (/^\s*<(!doctype|html|\?xml)/i.test(head)) return 'it is HTML or XML, not what an admin endpoint says';
  if (/^# (TYPE|HELP) /m.test(head)) return 'it is Prometheus text; save /stats?format=json instead';
  if (isObject(page)) {
    if (page.configs !== undefined) return 'it looks like /config_dump';
    if (page.cluster_statuses !== undefined) return 'it looks like /clusters?format=json';
    if (page.listener_statuses !== undefined) return 'it looks like /listeners?format=json';
    if (page.stats !== undefined) return 'it looks like /stats?format=json';
    if (page.certificates !== undefined) return 'it looks like /certs';
    if (page.entries !== undefined && page.layers !== undefined) return 'it looks like /runtime';
    if (page.state !== undefined && page.version !== undefined) return 'it looks like /server_info';
    if (page.apiVersion !== undefined) return 'it is a Kubernetes object; give it with -f';
    return `it is JSON of another kind (its members: ${Object.keys(page).slice(0, 4).join(', ') || 'none'})`;
  }
  if (/^[^:\n]+::[^:\n]+/m.test(head)) return 'it looks like the text form of /clusters or /listeners';
  if (/^[\w.-]+: \d+$/m.test(head)) return 'it looks like the text form of /stats';
  return 'it is not what an admin endpoint says';
}

/** A JSON text, or where and why it is none: line and column count from 1. */
export function parseJson(
  text: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: string } {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const at = /position (\d+)/.exec(message)?.[1];
    const ended = /end of JSON|Unterminated/i.test(message);
    const offset = at === undefined ? (ended ? text.length : null) : Number(at);
    const why =
      ended || (offset !== null && offset >= text.trimEnd().length) ? 'the JSON ends early' : 'it is not valid JSON';
    return { ok: false, reason: offset === null ? why : `${why} at ${lineAndColumn(text, offset)}` };
  }
}

function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const lines = before.split('\n');
  return `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}`;
}
