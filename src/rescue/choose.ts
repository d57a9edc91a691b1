import type { Envoy } from '../model/envoy/envoy.ts';
import type { Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import { seenValue } from '../snapshot/coverage.ts';

/** Where it cannot be told what to rescue: said to the person who asked. */
export class CannotChoose extends Error {}

/** The gateway to rescue: `wanted` (`NS/NAME` or a bare name), or the only one that an Envoy was read of. */
export function chooseGateway(model: Model, wanted: string | null): Gateway {
  const named = model.gateways.filter(
    ({ ref }) => wanted === null || `${ref.namespace ?? ''}/${ref.name}` === wanted || ref.name === wanted,
  );
  const read = named.filter(({ envoys }) => envoys.length > 0);
  const [only, ...others] = read;
  if (only && others.length === 0) return only;
  const names = (only ? read : model.gateways).map(nameOf).join(', ');
  if (only) throw new CannotChoose(`Envoys of ${read.length} gateways were read (${names}): name one with --gateway`);
  if (named.length === 0 && wanted !== null)
    throw new CannotChoose(`no gateway ${wanted} among what was read (${names || 'no gateway at all'})`);
  throw new CannotChoose(
    'no Envoy was read: name a running one with --admin URL, a saved dump with --config-dump FILE, or a rescue copy',
  );
}

/** `shop/edge`, or the name alone where there is no namespace. */
export function nameOf({ ref }: Gateway): string {
  return ref.namespace === null ? ref.name : `${ref.namespace}/${ref.name}`;
}

/** The Envoys of a gateway, the one with the newest configuration first; those that were asked earlier win ties. */
export function newestFirst(envoys: readonly Envoy[]): readonly Envoy[] {
  const dated = envoys.map((envoy) => ({ envoy, at: lastChange(envoy) }));
  return dated.sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0)).map(({ envoy }) => envoy);
}

function lastChange(envoy: Envoy): string {
  const held = [envoy.listenerConfig, envoy.routes, envoy.clusterConfig].flatMap((section) => [
    ...(seenValue<readonly { readonly lastUpdated: string | null }[]>(section) ?? []),
  ]);
  return (
    held
      .map(({ lastUpdated }) => lastUpdated ?? '')
      .sort()
      .at(-1) ?? ''
  );
}
