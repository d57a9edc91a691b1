import { compileJson } from './json-parser.ts';
import { compileText, type LineParser } from './text-parser.ts';
import { asList, asObject, asText, isObject, type JsonObject } from '../../lib/json.ts';
import type { Harvest } from '../../snapshot/snapshot.ts';

/** The formats in which the gateways that were read write their access logs: as their Envoys run them, else as the objects ask. */
export function formatsOf({ envoys, objects }: Pick<Harvest, 'envoys' | 'objects'>): readonly LineParser[] {
  const running = envoys.flatMap(({ listenerConfig }) =>
    listenerConfig.state === 'listed' ? listenerConfig.value.flatMap(({ body }) => loggersIn(body?.json)) : [],
  );
  const asked = objects
    .filter(({ ref }) => ref.kind === 'VirtualGateway')
    .map(({ body }) => asObject(asObject(asObject(asObject(body.spec).logging).accessLog).file));
  const compiled = new Map<string, LineParser>();
  for (const format of [...running.flatMap(formatOfLogger), ...asked.flatMap(formatAsked)]) {
    const key = JSON.stringify(format);
    const parser = compiled.get(key) ?? compileFormat(format);
    if (parser) compiled.set(key, parser);
  }
  return [...compiled.values()];
}

/** A format as text, or as `json_format`. */
type Format = string | JsonObject;

/** A format compiled; null where it tells nothing of a request, or stands on several lines. */
export function compileFormat(format: Format): LineParser | null {
  if (typeof format !== 'string') return compileJson(format);
  const json = format.trimStart().startsWith('{') ? parseObject(format) : null;
  return json ? compileJson(json) : compileText(format);
}

function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** The access loggers of a listener's connection managers; a listener's own log tells connections, not requests. */
function loggersIn(listener: unknown): readonly JsonObject[] {
  const body = asObject(listener);
  return [...asList(body.filter_chains), body.default_filter_chain]
    .flatMap((chain) => asList(asObject(chain).filters))
    .flatMap((filter) => [asObject(filter).typed_config, asObject(filter).config])
    .flatMap((manager) => asList(asObject(manager).access_log))
    .flatMap((logger) => [asObject(logger).typed_config, asObject(logger).config])
    .filter(isObject);
}

/** FileAccessLog and StdoutAccessLog: `log_format`, and the older fields that Envoy still takes. */
function formatOfLogger(logger: JsonObject): readonly Format[] {
  const format = asObject(logger.log_format);
  const texts = [format.text_format, asObject(format.text_format_source).inline_string, logger.format];
  const objects = [format.json_format, logger.json_format, logger.typed_json_format];
  return [...texts.filter((text) => typeof text === 'string'), ...objects.filter(isObject)];
}

/** App Mesh: `format.text`, or `format.json` as a list of keys and values. */
function formatAsked(file: JsonObject): readonly Format[] {
  const format = asObject(file.format);
  const text = asText(format.text);
  if (text !== undefined) return [text];
  const pairs = asList(format.json).map(asObject);
  if (pairs.length === 0) return [];
  return [Object.fromEntries(pairs.map(({ key, value }) => [asText(key) ?? '', asText(value) ?? '']))];
}
