import { memoize } from '../lib/memo.ts';
import type { Model } from '../model/model.ts';
import { type GatewayTable, gatewayTables, supersededTables } from './gateway-tables.ts';
import { type OriginOf, originsFor } from './origins.ts';
import { faultsOf, type RouteFault, type SurelyBefore } from './route-faults.ts';
import { surelyBefore } from './translate/order.ts';

/** A gateway's table, the objects behind its routes, and what reasoning about all requests finds of them. */
export interface JudgedTable extends GatewayTable {
  readonly originOf: OriginOf;
  /** What decides now; else what the objects ask for of a gateway whose Envoy was read. */
  readonly decides: boolean;
  readonly faults: readonly RouteFault[];
}

/** Every table of every gateway, judged once: those that decide, then what objects ask for beside a running Envoy. */
export const judgedTables = memoize((model: Model): readonly JudgedTable[] => {
  const asked = new Map(supersededTables(model).map((table) => [table.gateway, table]));
  const judge = (table: GatewayTable, decides: boolean): JudgedTable => {
    const { translation } = table;
    const wanted = asked.get(table.gateway);
    const originOf: OriginOf = translation
      ? (at) => translation.origins.get(at)
      : originsFor(table.table, wanted?.translation ? { table: wanted.table, translation: wanted.translation } : null);
    const before: SurelyBefore = (one, other) => {
      const [first, second] = [originOf(one.place), originOf(other.place)];
      return first !== null && second !== null && surelyBefore(first.order, second.order);
    };
    return { ...table, originOf, decides, faults: faultsOf(table.table, originOf, translation ? before : null) };
  };
  return [
    ...gatewayTables(model).map((table) => judge(table, true)),
    ...[...asked.values()].map((table) => judge(table, false)),
  ];
});
