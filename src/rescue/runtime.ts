import { asList, asObject, isObject, type JsonObject } from '../lib/json.ts';
import type { Ledger } from './modernize.ts';
import type { RescueSource } from './source.ts';

/** Guards that Envoy has removed: 1.40.0 reports an ENVOY_BUG for each that is still set. */
const removedGuards: ReadonlySet<string> = new Set([
  'envoy.reloadable_features.no_extension_lookup_by_name',
  'envoy.features.enable_all_deprecated_features',
]);

/**
 * The runtime as it was in force: static layers stay; what a control plane or an administrator had set over them is in
 * no bootstrap, so those values stand in a layer of their own.
 */
export function standingRuntime(source: RescueSource, ledger: Ledger): JsonObject {
  const layers = asList(asObject(source.bootstrap.layered_runtime).layers).map(asObject);
  const kept = layers.filter((layer) => isObject(layer.static_layer) || isObject(layer.disk_layer));
  const known = new Map<string, unknown>();
  for (const { static_layer } of kept) for (const [key, value] of flatten(static_layer)) known.set(key, value);
  const overrides: Record<string, unknown> = {};
  for (const [key, value] of source.runtime ?? []) {
    if (!known.has(key) || String(known.get(key)) !== value) overrides[key] = value;
  }
  if (source.runtime === null && layers.some((layer) => isObject(layer.rtds_layer) || isObject(layer.admin_layer))) {
    ledger.gaps.add('/runtime was not read: values set by the control plane or by /runtime_modify are not known');
  }
  const clean = kept.map((layer) =>
    isObject(layer.static_layer)
      ? {
          ...layer,
          static_layer: Object.fromEntries(
            Object.entries(layer.static_layer).filter(([key]) => !removedGuards.has(key)),
          ),
        }
      : layer,
  );
  const wanted = Object.entries(overrides).filter(([key]) => !removedGuards.has(key));
  if (wanted.length === 0) return clean.length > 0 ? { layered_runtime: { layers: clean } } : {};
  ledger.changed.add(`runtime values in force that no static layer holds: ${wanted.map(([key]) => key).join(', ')}`);
  const layer = {
    name: 'rescued',
    static_layer: Object.fromEntries(wanted.map(([key, value]) => [key, typed(value)])),
  };
  return { layered_runtime: { layers: [...clean, layer] } };
}

/** `/runtime` says everything as text. */
function typed(value: unknown): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

/** The dotted keys of a runtime layer. */
function* flatten(value: unknown, prefix = ''): Generator<readonly [string, unknown]> {
  for (const [key, held] of Object.entries(asObject(value))) {
    if (isObject(held) && !('numerator' in held)) yield* flatten(held, `${prefix}${key}.`);
    else yield [`${prefix}${key}`, held];
  }
}
