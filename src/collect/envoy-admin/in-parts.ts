import { asList, asObject, asText, isObject, type JsonObject, parseJson } from '../../lib/json.ts';
import { expectedMs, mostInPart, partMs, tablesMs } from './pacing.ts';
import type { ListPath } from './paths.ts';
import { blame, call, keepPage, type Reading } from './reading.ts';
import { type Slice, slicesOf } from './slices.ts';
import type { Answer } from './get.ts';

/** One resource as Envoy prints it. */
interface Element {
  readonly name: string;
  readonly body: JsonObject;
  readonly text: string;
}

/**
 * Asks for a list of the configuration that would take too long in one call: in parts by names (`name_regex`), each a call
 * within the limit, with rests between. Joined they are the page that the one call would have brought. Where it cannot be
 * done its sections stay unread, with the reason.
 */
export async function askInParts(reading: Reading, path: ListPath, name: string): Promise<void> {
  const readAt = reading.request.now().toISOString();
  const parts = await partsOf(reading, path);
  if (typeof parts === 'string') return blame(reading, path, parts);
  const elements: Element[] = [];
  for (const part of parts) {
    const some = await (isOfTables(path) ? askTable : askPart)(reading, path, part);
    if (typeof some === 'string') return blame(reading, path, some);
    elements.push(...some);
  }
  elements.sort((left, right) => (left.name < right.name ? -1 : 1));
  const origin = `${reading.target.label}${path}#in-${parts.length}-parts`;
  const text = `{"configs":[\n${elements.map((element) => element.text).join(',\n')}\n]}\n`;
  keepPage(reading, { kind: 'config_dump', name, origin, readAt }, text);
}

async function partsOf(reading: Reading, path: ListPath): Promise<readonly Slice[] | string> {
  const { limit } = reading.request;
  const maxCallMs = limit?.maxCallMs ?? 0;
  const { slowness } = reading;
  const expected = Math.round(expectedMs(path, reading.clusters) * slowness);
  const because = `it would block Envoy's main thread for about ${expected} ms (--max-call ${maxCallMs}ms)`;
  if (isOfTables(path)) {
    const tables =
      tablesMs.expected(reading.clusters) * slowness > maxCallMs ? null : slicesOf(reading.tables, 1, true);
    return tables ?? `not asked for: ${because}, and how large its tables are cannot be found out for less`;
  }
  const ofEndpoints = path.includes('endpoint_configs');
  if (!ofEndpoints && !path.includes('clusters')) return `not asked for: ${because}, and cannot be had in parts`;
  const names = ofEndpoints ? [...reading.assignments] : reading.names;
  if (names.length < reading.clusters * 0.9) return `not asked for: ${because}, and its parts have no names yet`;
  const most = mostInPart(path, { maxCallMs: maxCallMs / slowness, clusters: reading.clusters });
  const parts = most < 1 ? null : slicesOf(names, most, !ofEndpoints);
  return parts ?? `not asked for: ${because}, and in parts too`;
}

/** Learns the names of the clusters, and how many there are: as statistics name them, which is nearly what they are called. */
export async function learnNames(reading: Reading): Promise<void> {
  const path = '/stats?format=json&type=Gauges&usedonly';
  const { maxCallMs = 0 } = reading.request.limit ?? {};
  if (expectedMs(path, reading.clusters) * reading.slowness > maxCallMs) return;
  const answer = await call(reading, path);
  if (!answer.ok || answer.status !== 200) return;
  const names = [...answer.text.matchAll(/"name":\s*"cluster\.([^"]+)\.membership_total"/g)].map(
    ([, name = '']) => name,
  );
  reading.names = names;
  reading.clusters = Math.max(reading.clusters, names.length);
}

function isOfTables(path: ListPath): boolean {
  return path.includes('route_configs');
}

/**
 * A table of routes is one resource: it comes in one call or not at all. How large one is nobody says, but a call that is to
 * show its name alone takes its part of the time.
 */
async function askTable(reading: Reading, path: ListPath, part: Slice): Promise<readonly Element[] | string> {
  const { maxCallMs = 0 } = reading.request.limit ?? {};
  const named = `&name_regex=${encodeURIComponent(part.pattern)}` as const;
  const tried = await call(reading, `${path}&mask=route_config.name${named}`, tablesMs.expected(reading.clusters));
  const tables = elementsIn(tried);
  if (typeof tables === 'string' || tables.length === 0 || !tried.ok) return tables;
  const expected = Math.round(tablesMs.whole(tried.ms));
  if (expected > maxCallMs) {
    const enough = Math.ceil(expected / 100) * 100;
    return `a table of routes cannot be had in parts, and one would block Envoy's main thread for about ${expected} ms (--max-call ${maxCallMs}ms): allow it with --max-call ${enough}ms, or make a copy by hand when it is quiet`;
  }
  return elementsIn(await call(reading, `${path}${named}`, expected));
}

/** The resources of one part; a line that says why there are none. */
async function askPart(
  reading: Reading,
  path: ListPath,
  { pattern, names }: Slice,
): Promise<readonly Element[] | string> {
  const { clusters, request, slowness } = reading;
  const { maxCallMs = 0 } = request.limit ?? {};
  const asked = `${path}&name_regex=${encodeURIComponent(pattern)}` as const;
  const expected = partMs(path, names, clusters);
  if (expected * slowness > maxCallMs)
    return `its parts take ${slowness.toFixed(1)} times as long as is usual, too long for --max-call ${maxCallMs}ms: the others are not asked for`;
  const elements = elementsIn(await call(reading, asked, expected));
  if (typeof elements === 'string') return elements;
  if (partMs(path, elements.length, clusters) > maxCallMs)
    return `a part of it held ${elements.length}, more than its statistics name: the others are not asked for`;
  if (path.includes('clusters')) for (const { body } of elements) reading.assignments.add(assignmentOf(body));
  return elements;
}

function elementsIn(answer: Answer): readonly Element[] | string {
  if (!answer.ok) return `a part of it: ${answer.reason}`;
  // Where it keeps no dump that could hold the list.
  if (answer.status === 404) return [];
  if (answer.status !== 200) return `a part of it: it answered with status ${answer.status}`;
  const page = parseJson(answer.text);
  if (page === undefined) return 'a part of it is no page of a config dump';
  const bodies = asList(asObject(page).configs).filter(isObject);
  return bodies.map((body) => ({ name: nameOf(body), body, text: JSON.stringify(body) }));
}

function nameOf(element: JsonObject): string {
  const held = asObject(element.cluster ?? element.endpoint_config ?? element.route_config);
  return asText(held.name) ?? asText(held.cluster_name) ?? '';
}

/** By which name a cluster asks for its endpoints. */
function assignmentOf(element: JsonObject): string {
  return asText(asObject(asObject(element.cluster).eds_cluster_config).service_name) || nameOf(element);
}
