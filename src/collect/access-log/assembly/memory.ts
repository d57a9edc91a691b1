// What stands where in the memory, in bytes.

/** The longest line that is read whole: `mostLineLength`. */
export const mostLineLength: i32 = 256 * 1024;

const base: i32 = 0x4000;

/** The layouts that lines may have: of each its lead, then its values, with the literal text behind each. */
export const mostWays: i32 = 16;
export const mostSlots: i32 = 160;
export const slotSize: i32 = 80;
export const waysAt: i32 = base;
export const waySize: i32 = slotSize * (mostSlots + 1);
/** Literal texts of layouts, each a whole number of sixteen bytes. */
export const textsAt: i32 = waysAt + mostWays * waySize;
export const textsSize: i32 = 256 * 1024;

/** The numbers of the ways to try, one a byte. */
export const triedAt: i32 = textsAt + textsSize;
/** The rows that were read. */
export const rowsAt: i32 = triedAt + 64;
export const rowSize: i32 = 64;
export const mostRows: i32 = 2_048;

/** What tells the kind of the line that is read. */
export const signAt: i32 = rowsAt + mostRows * rowSize;
export const mostSign: i32 = 16 * 1024;

/** Segments of paths that were asked about. */
export const askedAt: i32 = signAt + mostSign + 2 * 1024;
export const mostAsked: i32 = 1_024;

/** Kinds: of each bucket the number from 1; of each kind its hash, where its sign begins and how long it is; the signs. */
export const mostKinds: i32 = 8_192;
export const mostBuckets: i32 = 4 * mostKinds;
export const bucketsAt: i32 = askedAt + 32 * mostAsked;
export const kindsAt: i32 = bucketsAt + 4 * mostBuckets;
export const kindSize: i32 = 16;
export const signsAt: i32 = kindsAt + kindSize * mostKinds;
export const signsSize: i32 = 2 << 20;

/** The blocks that lines are put into in turn: those that wait for their other line mostly need no copy. */
export const blocksAt: i32 = signsAt + signsSize;
export const blockSize: i32 = (1 << 19) + 64;
export const mostBlocks: i32 = 8;
