/** Lines of text written down as bytes at once: a string that lives on would be copied again and again by the collector. */
export class Lines {
  #room: Buffer;
  #used = 0;
  #count = 0;

  /** `bytes`: about how many the lines are going to fill. */
  constructor(bytes: number) {
    this.#room = Buffer.allocUnsafe(Math.max(bytes, 1_024));
  }

  /** How many lines were added. */
  get count(): number {
    return this.#count;
  }

  add(line: string): void {
    // UTF-8 takes at most three bytes for one UTF-16 unit.
    const most = line.length * 3 + 1;
    if (this.#room.length - this.#used < most) {
      const larger = Buffer.allocUnsafe(Math.max(this.#room.length * 2, this.#used + most));
      this.#room.copy(larger, 0, 0, this.#used);
      this.#room = larger;
    }
    this.#used += this.#room.write(`${line}\n`, this.#used);
    this.#count += 1;
  }

  /** All lines, each with its end; a copy that can be handed over. */
  bytes(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#room, 0, this.#used);
  }
}
