import type { Place } from './object.ts';

/** A gateway's configuration in a rescue copy: the Envoy it was read from. */
export interface CopiedEnvoy {
  /** Envoy's node id: `mesh/shop/virtualGateway/edge_shop`. */
  readonly nodeId: string;
  readonly listeners: number;
  readonly routes: number;
}

/** A bundle kept so that a gateway can be built again from it (`collect --for-rescue`). */
export interface RescueCopy {
  readonly place: Place;
  readonly path: string;
  /** ISO 8601: when its Envoys were read, as the copy says. */
  readonly takenAt: string | null;
  /** Why it cannot be used, else null. */
  readonly fault: string | null;
  readonly envoys: readonly CopiedEnvoy[];
}
