import type { Manager, RouteConfig, Table } from '../table/table.ts';
import type { Hop } from './decision.ts';
import type { Facts } from './facts.ts';
import type { RoutingRequest } from './request.ts';
import type { Step, Trace } from './steps.ts';

/** A request on its way through one listener. */
export interface Pass {
  readonly table: Table;
  readonly manager: Manager;
  readonly config: RouteConfig;
  readonly facts: Facts;
  readonly request: RoutingRequest;
  readonly hop: Hop;
  readonly before: readonly Hop[];
  readonly hear: Trace;
  readonly trace: ((step: Step) => void) | null;
}
