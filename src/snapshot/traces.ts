import { asBoolean, asList, asNumber, asObject, asText, isObject, type JsonObject } from '../lib/json.ts';
import type { Place } from './object.ts';
import { pathShape } from './path-shape.ts';

/** A segment of a trace: what one service, or its proxy, did for a request. */
export interface SeenSegment {
  readonly id: string;
  readonly parentId: string | null;
  readonly name: string;
  /** The App Mesh resource whose Envoy wrote it (gateways say so as a `virtual_node_name` too); null for any other. */
  readonly proxy: { readonly mesh: string; readonly resource: string } | null;
  /** Seconds since 1970; null for one that is still in progress. */
  readonly start: number;
  readonly end: number | null;
  readonly status: number | null;
  readonly method: string | null;
  /** Its shape. */
  readonly path: string | null;
  readonly fault: boolean;
  readonly error: boolean;
  readonly throttle: boolean;
}

/** A trace as far as its segments were read. */
export interface SeenTrace {
  readonly place: Place;
  readonly id: string;
  readonly segments: readonly SeenSegment[];
}

/** The traces that were read. */
export interface TracesView {
  readonly traces: readonly SeenTrace[];
}

const most = 5_000;

/**
 * Reads segments as X-Ray keeps them (docs: X-Ray segment documents): the answer of BatchGetTraces, or segment documents in a
 * list or one a line. Null where the text holds none.
 */
export function readSegments(text: string): readonly JsonObject[] | null {
  const whole = parsed(text);
  const values = whole === undefined ? text.split('\n').flatMap((line) => parsed(line) ?? []) : [whole];
  const found = values
    .flatMap(documentsIn)
    .filter((one) => typeof one.trace_id === 'string' && typeof one.id === 'string');
  return found.length > 0 ? found : null;
}

function documentsIn(value: unknown): readonly JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(documentsIn);
  if (!isObject(value)) return [];
  if (Array.isArray(value.Traces)) return value.Traces.flatMap(documentsIn);
  if (Array.isArray(value.Segments)) return value.Segments.flatMap(documentsIn);
  if (typeof value.Document === 'string') return documentsIn(parsed(value.Document));
  return [value];
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** A segment without what names a person: no client, no query, no annotation. Subsegments become segments of their own. */
export function toldSegments(segment: JsonObject, trace = asText(segment.trace_id) ?? ''): readonly JsonObject[] {
  const { id, parent_id, name, start_time, end_time, http, aws, fault, error, throttle } = segment;
  const { request, response } = asObject(http);
  const mesh = asObject(asObject(aws).app_mesh);
  const url = asText(asObject(request).url);
  const told = {
    trace_id: trace,
    id: asText(id) ?? '',
    parent_id: asText(parent_id) ?? null,
    name: (asText(name) ?? '').slice(0, 200),
    start_time: asNumber(start_time) ?? 0,
    end_time: asNumber(end_time) ?? null,
    app_mesh: asText(mesh.mesh_name) === undefined ? null : { mesh: mesh.mesh_name, resource: resourceOf(mesh) },
    method: asText(asObject(request).method) ?? null,
    path: url === undefined ? null : pathShape(url.replace(/^[a-z]+:\/\/[^/]*/i, '') || '/'),
    status: asNumber(asObject(response).status) ?? null,
    fault: asBoolean(fault) ?? false,
    error: asBoolean(error) ?? false,
    throttle: asBoolean(throttle) ?? false,
  };
  const inner = asList(segment.subsegments)
    .filter(isObject)
    .flatMap((one) => toldSegments({ parent_id: id, ...one }, trace));
  return [told, ...inner];
}

function resourceOf(mesh: JsonObject): string {
  return asText(mesh.virtual_gateway_name) ?? asText(mesh.virtual_node_name) ?? '';
}

/** Reads the document of traces that was made of told segments: `{"traces": [{"id", "segments"}]}`. */
export function readTracesView(body: JsonObject, document: string): TracesView {
  const traces = asList(body.traces).slice(0, most);
  return {
    traces: traces.map((item, index) => {
      const { id, segments } = asObject(item);
      return {
        id: asText(id) ?? '',
        place: { document, pointer: `/traces/${index}` },
        segments: asList(segments).map((one) => seenSegment(asObject(one))),
      };
    }),
  };
}

function seenSegment(told: JsonObject): SeenSegment {
  const mesh = asObject(told.app_mesh);
  return {
    id: asText(told.id) ?? '',
    parentId: asText(told.parent_id) ?? null,
    name: asText(told.name) ?? '',
    proxy: isObject(told.app_mesh) ? { mesh: asText(mesh.mesh) ?? '', resource: asText(mesh.resource) ?? '' } : null,
    start: asNumber(told.start_time) ?? 0,
    end: asNumber(told.end_time) ?? null,
    status: asNumber(told.status) ?? null,
    method: asText(told.method) ?? null,
    path: asText(told.path) ?? null,
    fault: told.fault === true,
    error: told.error === true,
    throttle: told.throttle === true,
  };
}

/** Segments gathered by trace, as the document of traces holds them. */
export function tracesBody(segments: readonly JsonObject[]): JsonObject {
  const byTrace = new Map<string, JsonObject[]>();
  for (const one of segments.flatMap((segment) => toldSegments(segment))) {
    const id = asText(one.trace_id) ?? '';
    const held = byTrace.get(id);
    if (held) held.push(one);
    else byTrace.set(id, [one]);
  }
  return { traces: [...byTrace].slice(0, most).map(([id, held]) => ({ id, segments: held })) };
}
