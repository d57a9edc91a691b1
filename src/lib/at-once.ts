/** Begins a work when its turn has come. */
export type InTurn = <R>(work: () => Promise<R>) => Promise<R>;

/** Lets so many works go on at once; each begins in its turn. */
export function makeTurns(atOnce: number): InTurn {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

/** Works on items, so many at once, each begun in its turn; the results stand in the order of the items. */
export async function mapAtOnce<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const inTurn = makeTurns(atOnce);
  return Promise.all(items.map((item, index) => inTurn(() => work(item, index))));
}
