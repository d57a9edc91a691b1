/** Reads `2026-11-27T01:26:44.698Z`: most lines stand in the minute of the one before. */
export class MinuteClock {
  readonly #minute = new Int32Array(4);
  /** Milliseconds since 1970 at which that minute begins; NaN: no line was read yet. */
  #begins = Number.NaN;

  /** Milliseconds since 1970 of the 24 bytes there; NaN where `whole`, the exact reader, must be asked about the line. */
  read(bytes: Buffer, view: DataView, from: number, whole: (text: string) => number | null): number {
    const second = two(bytes, from + 17);
    const milliseconds = two(bytes, from + 20) * 10 + (bytes[from + 22] ?? 0) - 0x30;
    const last = (bytes[from + 22] ?? 0) - 0x30;
    const isUsual = bytes[from + 16] === 0x3a && bytes[from + 19] === 0x2e && bytes[from + 23] === 0x5a;
    if (!isUsual || !(second < 60) || !(milliseconds >= 0) || last < 0 || last > 9) return Number.NaN;
    const past = second * 1_000 + milliseconds;
    return (this.#isSame(view, from) ? this.#begins : this.#begin(bytes, view, from, past, whole)) + past;
  }

  #isSame(view: DataView, from: number): boolean {
    const minute = this.#minute;
    return (
      !Number.isNaN(this.#begins) &&
      view.getInt32(from + 12, true) === minute[3] &&
      view.getInt32(from + 8, true) === minute[2] &&
      view.getInt32(from + 4, true) === minute[1] &&
      view.getInt32(from, true) === minute[0]
    );
  }

  #begin(bytes: Buffer, view: DataView, from: number, past: number, whole: (text: string) => number | null): number {
    // An hour of 24 has but one valid moment.
    const time = two(bytes, from + 11) < 24 ? whole(bytes.toString('latin1', from, from + 24)) : null;
    this.#begins = time === null ? Number.NaN : time - past;
    for (let at = 0; at < 4; at += 1) this.#minute[at] = view.getInt32(from + 4 * at, true);
    return this.#begins;
  }
}

/** Two digits as a number; NaN where they are none. */
function two(bytes: Buffer, at: number): number {
  const tens = (bytes[at] ?? 0) - 0x30;
  const ones = (bytes[at + 1] ?? 0) - 0x30;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
