import { asList, asNumber, asObject, asText, pointer } from '../../lib/json.ts';
import type { StatValue } from './view.ts';

/** Families with one member per cluster, listener or manager: of these only what a rule or a rate needs is kept. */
const family = /^(cluster|vhost|listener|http)\./;
const kept = new RegExp(
  `\\.(${[
    'upstream_cx_(connect_fail|connect_timeout|total|active|none_healthy|overflow|destroy_remote_with_active_rq)',
    'upstream_rq_(total|completed|active|timeout|per_try_timeout|pending_\\w+|rx_reset|tx_reset|retry\\w*|maintenance_mode|[1-5]xx|[1-5]\\d\\d)',
    'membership_\\w+',
    'update_\\w+',
    'circuit_breakers\\.default\\.\\w+',
    'outlier_detection\\.ejections_\\w+',
    'ssl\\.(connection_error|fail_\\w+|handshake)',
    'bind_errors',
    'warming_state',
    'version',
    'downstream_(rq|cx)_\\w+',
    'no_(route|cluster|filter_chain_match)',
    'rq_(total|direct_response|redirect)',
    'init_fetch_timeout',
  ].join('|')})$`,
);

/** True where a counter or gauge stays in the view. */
function isKept(name: string): boolean {
  return !family.test(name) || kept.test(name);
}

/** Reads `/stats?format=json`; null where the page is another. Histograms and text readouts are left out. */
export function readStats(page: unknown): ReadonlyMap<string, StatValue> | null {
  const list = asObject(page).stats;
  if (!Array.isArray(list)) return null;
  const values = new Map<string, StatValue>();
  for (const [index, item] of asList(list).entries()) {
    const stat = asObject(item);
    const name = asText(stat.name);
    const value = typeof stat.value === 'number' ? asNumber(stat.value) : undefined;
    if (name === undefined || value === undefined || !isKept(name)) continue;
    values.set(name, { value, pointer: pointer('stats', index, 'value') });
  }
  return values;
}

/** Reads the text form of `/stats`: `name: value`; null where the page is another (Prometheus text is). */
export function readStatsText(text: string): ReadonlyMap<string, StatValue> | null {
  const values = new Map<string, StatValue>();
  let seen = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const cut = line.indexOf(': ');
    if (cut < 0 || line.startsWith('#') || line.startsWith('{') || line.startsWith('<')) return null;
    seen += 1;
    const name = line.slice(0, cut);
    const value = /^\d+$/.test(line.slice(cut + 2).trim()) ? Number(line.slice(cut + 2)) : undefined;
    if (value !== undefined && isKept(name)) values.set(name, { value, pointer: pointer(name) });
  }
  return seen > 0 ? values : null;
}
