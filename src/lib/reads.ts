/** Names of what was read while something was computed. */
export type Reads = ReadonlySet<string>;

const nothing: Reads = new Set();

/** What the innermost computation that is recorded has read; null: none is recorded. */
let recording: { reads: Set<string> | null } | null = null;

/** Says that something was read. */
export function noteRead(name: string): void {
  if (!recording) return;
  recording.reads ??= new Set();
  recording.reads.add(name);
}

/** Whether anything is computed of which is recorded what it reads. */
export function isRecorded(): boolean {
  return recording !== null;
}

/** Says it of what a result was once computed from: who is given the result has read that too. */
export function noteReads(names: Reads): void {
  for (const name of names) noteRead(name);
}

/** Computes, and tells what was read for it. */
export function recordReads<T>(compute: () => T): { readonly value: T; readonly reads: Reads } {
  const outer = recording;
  const mine: NonNullable<typeof recording> = { reads: null };
  recording = mine;
  try {
    return { value: compute(), reads: mine.reads ?? nothing };
  } finally {
    recording = outer;
    if (mine.reads) noteReads(mine.reads);
  }
}
