import type { Gateway } from '../model/gateway.ts';
import type { Effect, Fix } from './finding.ts';

/** What the running Envoys say of a fault that objects show. */
export type EnvoyVerdict = 'shows' | 'contradicts' | 'unseen';

/**
 * The effect of a fault in configuration on the gateways it concerns. What Envoy runs decides; unseen, a fault that only
 * objects show changes nothing on a gateway that takes no configuration any more.
 */
export function configEffect(gateways: readonly Gateway[], verdict: EnvoyVerdict): Effect {
  if (verdict === 'shows') return 'traffic';
  if (verdict === 'contradicts') return 'latent';
  return gateways.length > 0 && gateways.every(isFrozen) ? 'latent' : 'traffic';
}

/** True where a gateway takes no configuration any more, seen or assumed. */
export function isFrozen(gateway: Gateway): boolean {
  return gateway.frozen.state === 'observed' || gateway.frozen.state === 'assumed';
}

/** When a change to App Mesh objects takes effect on these gateways. */
export function whenObjectsApply(gateways: readonly Gateway[]): Fix['works'] {
  return gateways.some(isFrozen) ? 'after-migration' : 'now';
}
