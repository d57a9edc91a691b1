import { asList, asObject, isObject, type JsonObject } from '../../lib/json.ts';

/** What stands for all fields of a spec; thousands of objects share it. */
const ofSpec: JsonObject = { 'f:spec': {} };

/** An object without who wrote which field (managedFields): half of the bytes. `keepsTimes`: when its spec was written stays. */
export function withoutFields(item: JsonObject, keepsTimes: boolean): JsonObject {
  if (!isObject(item.metadata) || item.metadata.managedFields === undefined) return item;
  const { managedFields, ...metadata } = asObject(item.metadata);
  const writes = keepsTimes ? asList(managedFields).map(asObject).filter(isSpecWrite) : [];
  const kept = writes.map(({ manager, operation, time }) => {
    return { manager, operation, time, fieldsV1: ofSpec };
  });
  return { ...item, metadata: kept.length === 0 ? metadata : { managedFields: kept, ...metadata } };
}

function isSpecWrite({ subresource, fieldsV1 }: JsonObject): boolean {
  return (subresource === undefined || subresource === '') && asObject(fieldsV1)['f:spec'] !== undefined;
}
