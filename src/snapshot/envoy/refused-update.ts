import { asObject, asText, isObject } from '../../lib/json.ts';
import type { RefusedUpdate } from './view.ts';

/** Reads the `error_state` (`envoy.admin.v3.UpdateFailureState`) of an element that stands at `at`; null where there is none. */
export function readRefusedUpdate(value: unknown, document: string, at: string): RefusedUpdate | null {
  if (!isObject(value)) return null;
  const failed = asObject(value.failed_configuration);
  return {
    place: { document, pointer: `${at}/error_state` },
    details: asText(value.details) ?? '',
    lastAttempt: asText(value.last_update_attempt) ?? null,
    name: asText(failed.name) ?? asText(failed.cluster_name) ?? '',
    version: asText(value.version_info) ?? '',
  };
}
