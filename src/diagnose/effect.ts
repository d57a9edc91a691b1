import { appMeshEnd, type Gateway } from '../model/gateway.ts';
import type { Model } from '../model/model.ts';
import type { Avoid, Effect, Fix } from './finding.ts';

/** What the running Envoys say of a fault that objects show. */
export type EnvoyVerdict = 'shows' | 'contradicts' | 'unseen';

/**
 * The effect of a fault in App Mesh objects on the gateways it concerns. What Envoy runs decides; unseen, a fault that
 * only objects show changes nothing on a gateway that takes no configuration any more.
 */
export function configEffect(model: Model, gateways: readonly Gateway[], verdict: EnvoyVerdict): Effect {
  if (verdict === 'shows') return 'traffic';
  if (verdict === 'contradicts') return 'latent';
  return takesNoConfig(model, gateways, 'every') ? 'latent' : 'traffic';
}

/** True where a gateway takes no configuration any more, seen or assumed. */
export function isFrozen(gateway: Gateway): boolean {
  return gateway.frozen.state === 'observed' || gateway.frozen.state === 'assumed';
}

/** The gateways that App Mesh configured, by their object or by the name their Envoys carry. */
export function appMeshGateways(model: Model): readonly Gateway[] {
  return model.gateways.filter(
    ({ object, envoys }) => object !== null || envoys.some(({ identity }) => identity?.type === 'virtualGateway'),
  );
}

/** When a change to App Mesh objects takes effect on these gateways. */
export function whenObjectsApply(model: Model, gateways: readonly Gateway[]): Fix['works'] {
  return takesNoConfig(model, gateways, 'some') ? 'after-migration' : 'now';
}

/**
 * True where nobody configures the Envoys of the mesh any more: none is seen to be connected, and App Mesh has ended. An
 * Envoy that never was App Mesh's (one built from a rescue copy) says nothing of it.
 */
export function meshEnded(model: Model): boolean {
  const members = model.gateways.filter(
    ({ object, envoys }) => object !== null || envoys.some(({ identity }) => identity !== null),
  );
  return takesNoConfig(model, members, 'every');
}

/** Where no gateway is known the date alone tells: App Mesh objects reach no gateway after the end. */
function takesNoConfig(model: Model, gateways: readonly Gateway[], how: 'every' | 'some'): boolean {
  if (gateways.length === 0) return Date.parse(model.now) >= Date.parse(appMeshEnd);
  return how === 'every' ? gateways.every(isFrozen) : gateways.some(isFrozen);
}

/** What to do meanwhile, and never, where a correction in objects does not reach the gateway any more. */
export interface Meanwhile {
  readonly fix: readonly Fix[];
  readonly avoid: readonly Avoid[];
}

/** For faults whose cure is an object: nothing where it takes effect at once. `requests` says which ones are hurt. */
export function meanwhile(model: Model, gateways: readonly Gateway[], requests: string): Meanwhile {
  if (whenObjectsApply(model, gateways) === 'now') return { fix: [], avoid: [] };
  return {
    fix: [
      {
        say: `Until then send ${requests} past this gateway: from the load balancer straight to the Service that should answer.`,
        restarts: 'nothing',
        works: 'now',
      },
    ],
    avoid: [{ say: 'Do not restart the pods of the gateway to apply a change.', because: 'they come back empty' }],
  };
}
