import { mixed, spread } from '../../lib/hash.ts';

/** Kinds beyond so many are begun anew: memory is bounded whatever lines hold. */
const mostKinds = 8_192;
const buckets = 4 * mostKinds;
const mostWords = 1 << 20;

/** Finds the kind of a line by the words that tell it. */
export class Kinds<Kind> {
  #kinds: Kind[] = [];
  /** Of each bucket: the number of its kind, from 1; 0: none. */
  readonly #buckets = new Int32Array(buckets);
  readonly #hashes = new Int32Array(mostKinds);
  /** Where the words of each kind begin, and where those of the last end. */
  readonly #starts = new Int32Array(mostKinds + 1);
  #words = new Int32Array(1 << 14);
  /** The number of the kind that was found last. */
  #last = 0;

  /** The kind with these words; undefined: it was not seen yet, or is forgotten. */
  find(words: Int32Array, count: number): Kind | undefined {
    // Lines of one kind often follow each other.
    if (this.#last < this.#kinds.length && this.#has(this.#last, words, count)) return this.#kinds[this.#last];
    const hash = hashOf(words, count);
    const { length } = this.#buckets;
    for (let bucket = hash & (length - 1); ; bucket = (bucket + 1) & (length - 1)) {
      const number = this.#buckets[bucket] ?? 0;
      if (number === 0) return undefined;
      if (this.#hashes[number - 1] !== hash || !this.#has(number - 1, words, count)) continue;
      this.#last = number - 1;
      return this.#kinds[number - 1];
    }
  }

  /** Keeps a kind that was not found. */
  add(words: Int32Array, count: number, kind: Kind): void {
    const held = this.#starts[this.#kinds.length] ?? 0;
    if (this.#kinds.length >= mostKinds || held + count > mostWords) {
      this.#kinds = [];
      this.#buckets.fill(0);
      this.add(words, count, kind);
      return;
    }
    if (held + count > this.#words.length) {
      const more = new Int32Array(Math.max(2 * this.#words.length, held + count));
      more.set(this.#words);
      this.#words = more;
    }
    this.#words.set(words.subarray(0, count), held);
    const hash = hashOf(words, count);
    this.#hashes[this.#kinds.length] = hash;
    const { length } = this.#buckets;
    let bucket = hash & (length - 1);
    while (this.#buckets[bucket] !== 0) bucket = (bucket + 1) & (length - 1);
    this.#buckets[bucket] = this.#kinds.push(kind);
    this.#starts[this.#kinds.length] = held + count;
  }

  #has(index: number, words: Int32Array, count: number): boolean {
    const start = this.#starts[index] ?? 0;
    if ((this.#starts[index + 1] ?? 0) - start !== count) return false;
    const held = this.#words;
    for (let at = 0; at < count; at += 1) if (held[start + at] !== words[at]) return false;
    return true;
  }
}

function hashOf(words: Int32Array, count: number): number {
  let hash = count;
  for (let at = 0; at < count; at += 1) hash = mixed(hash, words[at] ?? 0);
  return spread(hash);
}
