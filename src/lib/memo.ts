import { isRecorded, noteReads, type Reads, recordReads } from './reads.ts';

/** The same set for the same names: what is worked out for each of thousands of objects mostly reads the same. */
function shared(reads: Reads): Reads {
  const key = [...reads].sort().join('\n');
  const known = sharedReads.get(key) ?? reads;
  sharedReads.set(key, known);
  return known;
}

const sharedReads = new Map<string, Reads>();

/** Remembers the result of a pure function for as long as its argument lives, and what was read for it. */
export function memoize<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const results = new WeakMap<K, V>();
  let readFor: WeakMap<K, Reads> | null = null;
  return (key) => {
    const known = results.get(key);
    if (known !== undefined) {
      const reads = readFor && isRecorded() ? readFor.get(key) : null;
      if (reads) noteReads(reads);
      return known;
    }
    const { value, reads } = recordReads(() => compute(key));
    results.set(key, value);
    if (reads.size > 0) {
      readFor ??= new WeakMap();
      readFor.set(key, shared(reads));
    }
    return value;
  };
}

/** Groups items by a key, in the order they come. */
export function groupBy<K, V>(items: Iterable<V>, keyOf: (item: V) => K): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
