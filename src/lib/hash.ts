/** A hash with one more word of 32 bits in it; `spread` it before its low bits are used. */
export function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return product ^ (product >>> 15);
}

/** Spreads what tells hashes apart over all their bits: of ids that count up, low bits would be few (MurmurHash3's finalizer). */
export function spread(hash: number): number {
  const first = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}
