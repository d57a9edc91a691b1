import { asList, asObject, asText, isObject, type JsonObject } from '../lib/json.ts';

/** A write of an object's spec. */
export interface SpecWrite {
  /** ISO 8601. */
  readonly time: string;
  /** Who wrote, as the client called itself (`kubectl-edit`, `argocd-controller`); empty where it did not. */
  readonly manager: string;
  /** Its place in managedFields. */
  readonly index: number;
}

/** The last write of the spec by each who wrote it, the latest last, as the API server keeps the book (managedFields). */
export function specWrites(body: JsonObject): readonly SpecWrite[] {
  const items = asList(asObject(body.metadata).managedFields).map(asObject);
  return items
    .flatMap(({ time, manager, subresource, fieldsV1 }, index) => {
      const at = asText(time);
      const ofSpec = isObject(asObject(fieldsV1)['f:spec']) && (subresource === undefined || subresource === '');
      if (at === undefined || !ofSpec || Number.isNaN(Date.parse(at))) return [];
      return [{ time: at, manager: asText(manager) ?? '', index }];
    })
    .sort((one, other) => Date.parse(one.time) - Date.parse(other.time));
}
