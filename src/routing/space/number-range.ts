/** A pattern of the texts that Envoy reads as a number (base 10, int64, sign and leading zeros allowed) from `start` to below `end`. */
export function rangePattern(start: bigint, end: bigint): string {
  const [low, high] = [start < minInt64 ? minInt64 : start, end - 1n > maxInt64 ? maxInt64 : end - 1n];
  const parts: string[] = [];
  if (low <= 0n && high >= 0n) parts.push('[+-]?0+');
  if (high >= 1n) parts.push(...between(low > 1n ? low : 1n, high).map((digits) => `[+]?0*${digits}`));
  if (low <= -1n) parts.push(...between(high < -1n ? -high : 1n, -low).map((digits) => `-0*${digits}`));
  return parts.length === 0 ? '[^\\x00-\\x{10FFFF}]' : `(?:${parts.join('|')})`;
}

const minInt64 = -(1n << 63n);
const maxInt64 = (1n << 63n) - 1n;

/** Patterns of the numbers from `low` (at least 1) to `high`, without leading zeros. */
function between(low: bigint, high: bigint): readonly string[] {
  if (low > high) return [];
  const [from, to] = [String(low), String(high)];
  if (from.length < to.length) {
    const nines = 10n ** BigInt(from.length) - 1n;
    return [...between(low, nines), ...between(nines + 1n, high)];
  }
  return sameLength(from, to);
}

function sameLength(from: string, to: string): readonly string[] {
  if (from === to) return [from];
  const [first, last] = [Number(from.charAt(0)), Number(to.charAt(0))];
  const rest = from.length - 1;
  const any = rest === 0 ? '' : `[0-9]{${rest}}`;
  if (rest === 0) return [`[${first}-${last}]`];
  if (first === last) return sameLength(from.slice(1), to.slice(1)).map((digits) => `${first}${digits}`);
  const lowest = /^0*$/.test(from.slice(1));
  const highest = /^9*$/.test(to.slice(1));
  const [begin, finish] = [lowest ? first : first + 1, highest ? last : last - 1];
  const parts: string[] = [];
  if (!lowest) parts.push(...sameLength(from.slice(1), '9'.repeat(rest)).map((digits) => `${first}${digits}`));
  if (begin <= finish) parts.push(`[${begin}-${finish}]${any}`);
  if (!highest) parts.push(...sameLength('0'.repeat(rest), to.slice(1)).map((digits) => `${last}${digits}`));
  return parts;
}
