import { wait } from '../wait.ts';
import { assembleEnvoy, type EnvoyAssembly } from '../../snapshot/envoy/assemble.ts';
import { type ConfigField, configFields } from '../../snapshot/envoy/config-fields.ts';
import type { Harvest } from '../../snapshot/snapshot.ts';
import { type Answer, parseTarget } from './get.ts';
import { bootstrapPath, wholeBootstrapPath } from './paths.ts';
import {
  ask,
  beginReading,
  beyondLimit,
  blame,
  call,
  type EnvoyAdminRequest,
  isTyped,
  type Reading,
} from './reading.ts';
import { configSections } from './sections.ts';
import { unseen } from './unseen.ts';

/** A set of sections that changes while it is read is read again this often. */
const rereads = 2;

/**
 * Reads one Envoy, with GET from a fixed list of paths, one call at a time. Counters are read twice, a window apart; the
 * other pages within that window. Sections of the configuration belong together only if no version changed meanwhile.
 */
export async function readEnvoyAdmin(request: EnvoyAdminRequest): Promise<Harvest> {
  const target = typeof request.target === 'string' ? parseTarget(request.target) : request.target;
  if (typeof target === 'string') return unseen(String(request.target), target, 0);
  const reading = beginReading(request, target);
  const info = await ask(reading, '/server_info', 'server_info', 'server_info.json');
  if (!info.ok && info.unreachable) return unseen(target.label, info.reason, reading.calls);
  const typed = info.ok && isTyped(info.text);
  const ready = await ask(reading, '/ready', 'ready', 'ready.txt');
  const listeners = await ask(reading, '/listeners?format=json', 'listeners', 'listeners.json');
  const trouble = strangeness([info, ready, listeners]);
  if (trouble !== null) return unseen(target.label, trouble, reading.calls);
  const firstRead = performance.now();
  if (!request.whole) await readStats(reading, typed, 1);
  await readConfig(reading, typed);
  await ask(reading, '/clusters?format=json', 'clusters', 'clusters.json');
  await ask(reading, '/certs', 'certs', 'certs.json');
  await ask(reading, '/runtime', 'runtime', 'runtime.json');
  if (request.whole) return finish(reading);
  request.soFar?.(finish(reading));
  await wait(request.window - (performance.now() - firstRead), request.signal);
  await readStats(reading, typed, 2);
  return finish(reading);
}

/** Why what answers is no Envoy, by its `/server_info` and other pages that every Envoy has; null: it is one. */
export function strangeness([info, ...others]: readonly [Answer, ...Answer[]]): string | null {
  if ([info, ...others].some((answer) => answer.ok && answer.status === 200)) return null;
  const said = info.ok ? `status ${info.status}` : info.reason;
  return `what answers is no admin endpoint of an Envoy (/server_info: ${said})`;
}

function finish(reading: Reading): Harvest {
  return harvestOf(reading, assembled(reading));
}

/** The view of what was read; `share`: it stays. */
export function assembled({ request, target, pages, unread }: Reading, share = false): EnvoyAssembly {
  return assembleEnvoy({
    key: request.key,
    label: target.label,
    ...(request.pod ? { pod: request.pod } : {}),
    pages: [...pages.values()],
    unread,
    keepBodies: request.whole ?? false,
    share,
  });
}

/** What a reading brought, with what it cost. */
export function harvestOf(reading: Reading, { view, coverage, gaps }: EnvoyAssembly): Harvest {
  const { target, pages, redactions, calls, bytes, slow } = reading;
  const missed = coverage.filter(({ state }) => state !== 'listed').length;
  const detail = [
    `${calls} calls, ${Math.round(bytes / 1024)} KiB`,
    ...(missed > 0 ? [`${missed} of ${coverage.length} sections not read whole`] : []),
    ...slow,
  ];
  return {
    documents: [...pages.values()].map(({ document }) => document),
    objects: [],
    envoys: [view],
    coverage,
    gaps,
    sources: [
      { name: target.label, state: missed > 0 ? 'partial' : 'ok', detail: detail.join('; '), cost: { calls, bytes } },
    ],
    redactions,
  };
}

/** Counters and gauges asked apart cost half of one page of both, which brings histograms too; together they are one reading. */
export async function readStats(reading: Reading, typed: boolean, number: 1 | 2): Promise<void> {
  const readAt = reading.request.now().toISOString();
  if (!typed) {
    await ask(reading, '/stats?format=json&usedonly', 'stats', `stats-${number}.json`, readAt);
    return;
  }
  await ask(reading, '/stats?format=json&type=Counters&usedonly', 'stats', `stats-${number}-counters.json`, readAt);
  await ask(reading, '/stats?format=json&type=Gauges&usedonly', 'stats', `stats-${number}-gauges.json`, readAt);
}

/**
 * The configuration section by section, each a short call. An Envoy whose version texts cannot be asked for cheaply is
 * asked for the whole dump instead: one call, and so of one moment.
 */
export async function readConfig(
  reading: Reading,
  typed: boolean,
  fields: readonly ConfigField[] = configFields,
): Promise<void> {
  if (!typed) {
    await ask(reading, '/config_dump?include_eds', 'config_dump', 'config_dump.json');
    return;
  }
  let before = await versions(reading);
  if (reading.request.limit) await (await import('./in-parts.ts')).learnNames(reading);
  for (let round = 0; round <= rereads; round += 1) {
    for (const field of fields) await askField(reading, field);
    const after = await versions(reading);
    if (before === null || after === null || before === after) return;
    before = after;
  }
  const label = reading.target.label;
  for (const section of configSections.filter((name) => name !== 'bootstrap')) {
    const gap = {
      missing: `${section} of ${label} at one moment`,
      reason: `changed while read, ${rereads + 1} times`,
      remedy: 'read it again when its configuration rests',
    };
    reading.unread.push({ section, gap });
  }
}

async function askField(reading: Reading, field: ConfigField): Promise<void> {
  if (field === 'bootstrap') {
    const path = reading.request.whole ? wholeBootstrapPath : bootstrapPath;
    await ask(reading, path, 'config_dump', 'config_dump-bootstrap.json');
    return;
  }
  const eds = field.endsWith('endpoint_configs') ? '&include_eds' : '';
  const path = `/config_dump?resource=${field}${eds}` as const;
  const name = `config_dump-${field}.json`;
  // A copy without routes is none: what else it would take of the Envoy is spared.
  if (reading.request.limit && reading.unread.some(({ section }) => section === 'routes')) {
    if (!field.endsWith('route_configs')) blame(reading, path, 'not asked for: its routes could not be had');
    return;
  }
  if (beyondLimit(reading, path) === null) await ask(reading, path, 'config_dump', name);
  else await (await import('./in-parts.ts')).askInParts(reading, path, name);
}

/** Every `version_text` of an Envoy in one line of text; null where they could not be read. */
export async function versions(reading: Reading): Promise<string | null> {
  const answer = await call(reading, '/stats?format=json&type=TextReadouts');
  if (!answer.ok || answer.status !== 200) return null;
  const texts = answer.text.match(
    /"name":\s*"[^"]*version_text",\s*"value":\s*"[^"]*"|"value":\s*"[^"]*",\s*"name":\s*"[^"]*version_text"/g,
  );
  if (!texts) return '';
  reading.clusters = Math.max(reading.clusters, texts.filter((text) => text.includes('"cluster.')).length);
  reading.tables = texts.flatMap((text) => /"http\.[^"]*?\.rds\.([^"]+)\.version_text"/.exec(text)?.[1] ?? []);
  return texts.sort().join('\n');
}
