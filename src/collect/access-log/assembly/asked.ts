// What is asked of the exact reader, in `../scanner.ts`. Places are those of the memory.

/** Asks `isId` about a segment of a path. */
export declare function isId(from: i32, to: i32): bool;

/** When the minute begins that stands at `from`, `past` before its time: milliseconds since 1970, or NaN. */
export declare function minuteAt(way: i32, slot: i32, from: i32, past: i32): f64;

/** Where a time ends by the pattern of its format; -1: it does not stand there. `patternTime` is the time then. */
export declare function patternEnd(way: i32, slot: i32, from: i32, to: i32): i32;
export declare function patternTime(): f64;
