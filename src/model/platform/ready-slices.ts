import type { Gap } from '../../snapshot/coverage.ts';
import type { Evidence } from '../../snapshot/evidence.ts';
import { groupBy, memoize } from '../../lib/memo.ts';
import { nameKey } from '../inventory.ts';
import type { Model } from '../model.ts';
import type { EndpointSlice, Service } from './kinds.ts';

/** Whether a Service has a ready endpoint, by its EndpointSlices. */
export type ReadyBySlices =
  | { readonly state: 'some'; readonly gap: null }
  | { readonly state: 'unknown'; readonly gap: Gap }
  | { readonly state: 'none'; readonly gap: null; readonly proof: Evidence; readonly unready: readonly Evidence[] };

const slicesByService = memoize((model: Model) =>
  groupBy(model.endpointSlices, ({ ref, service }) => (service === null ? '' : nameKey(ref.namespace, service))),
);

/** The EndpointSlices of a Service. */
export function slicesOf(
  model: Model,
  { namespace, name }: Pick<Service['ref'], 'namespace' | 'name'>,
): readonly EndpointSlice[] {
  return slicesByService(model).get(nameKey(namespace, name)) ?? [];
}

/** Looks for a ready endpoint in the EndpointSlices of a Service. */
export function readyBySlices(model: Model, { ref }: Service): ReadyBySlices {
  const { namespace } = ref;
  const slices = slicesOf(model, ref);
  if (slices.some(({ endpoints }) => endpoints.some(({ ready }) => ready))) return { state: 'some', gap: null };
  const seen = model.completeness('EndpointSlice', namespace ?? '');
  if (!seen.complete) return { state: 'unknown', gap: seen.gap };
  // Manifests hold no EndpointSlices, since a controller writes them: a set without any says nothing of endpoints.
  if (model.endpointSlices.length === 0) return { state: 'unknown', gap: noSlices };
  const unready = slices.flatMap((slice) => slice.endpoints.map(({ path }) => slice.at(path)));
  return { state: 'none', gap: null, proof: seen.proof, unready };
}

const noSlices: Gap = {
  missing: 'EndpointSlice objects',
  reason: 'none was among what was read',
  remedy: 'give an export of them with -f',
};
