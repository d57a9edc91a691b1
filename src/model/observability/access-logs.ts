import { asList, asObject, asText, isObject, type JsonObject, valueAt } from '../../lib/json.ts';
import type { ListenerConfig } from '../../snapshot/envoy/view.ts';
import type { Gap } from '../../snapshot/coverage.ts';
import { firstUnread } from '../unread.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import { envoyEvidence } from '../envoy/envoy.ts';
import type { Gateway } from '../gateway.ts';
import type { Model } from '../model.ts';
import { refKey } from '../../snapshot/object.ts';

/** One destination of a gateway's access log. */
export interface LogWriter {
  /** The file it writes to; null where it streams (gRPC, OpenTelemetry). */
  readonly path: string | null;
  /** The format as text, whatever its form; null where Envoy's default holds. */
  readonly format: string | null;
  readonly evidence: Evidence;
}

/** What is known of a gateway's access logs: of what its Envoys run, else of what its object asks for. */
export type AccessLogs =
  | {
      readonly state: 'known';
      readonly from: 'envoy' | 'object';
      readonly writers: readonly LogWriter[];
      readonly evidence: readonly Evidence[];
    }
  | { readonly state: 'unknown'; readonly gap: Gap };

/** Reads the access logs of a gateway. What Envoy runs decides over the object. */
export function accessLogsOf(model: Model, gateway: Gateway): AccessLogs {
  const key = refKey(gateway.ref);
  const object = model.virtualGateways.find(({ ref }) => refKey(ref) === key);
  const managers = gateway.envoys.flatMap(({ listenerConfig, label }) =>
    listenerConfig.state === 'not-read' ? [] : listenerConfig.value.flatMap((listener) => managersOf(listener, label)),
  );
  if (managers.length > 0) {
    const writers = managers.flatMap((manager) => manager.writers);
    return { state: 'known', from: 'envoy', writers, evidence: managers.map(({ evidence }) => evidence) };
  }
  const unread = firstUnread(gateway.envoys, ['envoy.listenerConfig']);
  if (unread || !object) return { state: 'unknown', gap: unread ?? noManager };
  const file = asObject(asObject(object.spec.logging).accessLog).file;
  if (!isObject(file)) return { state: 'known', from: 'object', writers: [], evidence: [object.at('spec.logging')] };
  const path = asText(file.path) ?? '';
  const evidence = object.at('spec.logging.accessLog.file');
  const format = isObject(file.format) ? JSON.stringify(file.format) : null;
  return { state: 'known', from: 'object', writers: [{ path, format, evidence }], evidence: [evidence] };
}

const noManager: Gap = {
  missing: 'the access logs of this gateway',
  reason: 'its Envoys showed no connection manager, and its VirtualGateway was not read',
  remedy: 'give the --config-dump of one of its Envoys, or its VirtualGateway with -f',
};

interface Manager {
  readonly writers: readonly LogWriter[];
  readonly evidence: Evidence;
}

function managersOf({ name, state, http, body }: ListenerConfig, label: string): readonly Manager[] {
  if (!body || (state !== 'active' && state !== 'static')) return [];
  return http.map(({ place, statPrefix }) => {
    const manager = asObject(valueAt(body.json, place.pointer.slice(body.place.pointer.length)));
    const at = `listener ${name} of ${label}`;
    const writers = asList(manager.access_log).map((item, index) =>
      writerOf(
        asObject(asObject(item).typed_config),
        {
          document: place.document,
          pointer: `${place.pointer}/access_log/${index}`,
        },
        at,
      ),
    );
    const value = { stat_prefix: statPrefix, access_log: writers.length };
    return { writers, evidence: envoyEvidence('config_dump', place, value, at) };
  });
}

/** FileAccessLog has `path`; StdoutAccessLog and StderrAccessLog write to the streams of the process. */
function writerOf(
  config: JsonObject,
  place: { readonly document: string; readonly pointer: string },
  at: string,
): LogWriter {
  const type = asText(config['@type']) ?? '';
  const stream = /\.(Stdout|Stderr)AccessLog$/.exec(type)?.[1];
  const path = stream ? `/dev/${stream.toLowerCase()}` : (asText(config.path) ?? null);
  const written = config.log_format ?? config.format ?? config.json_format ?? config.typed_json_format;
  const format = written === undefined || written === null ? null : JSON.stringify(written);
  return { path, format, evidence: envoyEvidence('config_dump', place, { path, format: written ?? null }, at) };
}

/** True for a file that is the output of the container: the runtime collects it. */
export function isContainerOutput(path: string): boolean {
  return /^\/dev\/(stdout|stderr|fd\/[12])$|^\/proc\/(1|self)\/fd\/[12]$/.test(path);
}
