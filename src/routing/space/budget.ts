import { type Budget, OutOfBudget } from './word.ts';

/** The most steps an analysis may take for one route, and for a whole table. Counted, so that every machine says the same. */
const most = { route: 1_000_000, table: 100_000_000 } as const;

/** A budget that starts anew for each route, inside that of the table. */
export function tableBudget(): Budget & { readonly nextRoute: () => void } {
  let table = 0;
  let route = 0;
  return {
    nextRoute: () => {
      route = 0;
    },
    spend: (_, count) => {
      table += count;
      route += count;
      if (route > most.route) throw new OutOfBudget(`${most.route} steps for one route`);
      if (table > most.table) throw new OutOfBudget(`${most.table} steps for the whole table`);
    },
  };
}
