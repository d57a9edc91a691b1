/** Texts that paths may begin with, byte by byte; nodes are numbers, 0 is the root. */
export class PathTrie {
  /** Letters are taken for small ones, in texts and in paths. */
  readonly #folds: boolean;
  readonly #bytes = [0];
  readonly #firstChild = [0];
  readonly #nextChild = [0];
  /** Where the last walk ended: the deepest node, and the place behind what it took. */
  node = 0;
  end = 0;

  constructor(folds: boolean) {
    this.#folds = folds;
  }

  get size(): number {
    return this.#bytes.length;
  }

  /** The node of a text, which paths that begin with it come by. */
  add(text: string): number {
    let node = 0;
    for (const byte of Buffer.from(text, 'latin1'))
      node = this.#child(node, byte) || this.#make(node, this.#fold(byte));
    return node;
  }

  /** Walks on from a node as far as the bytes lead. */
  walk(start: number, bytes: Uint8Array, from: number, to: number): void {
    let node = start;
    let at = from;
    for (; at < to; at += 1) {
      const child = this.#child(node, bytes[at] ?? 0);
      if (child === 0) break;
      node = child;
    }
    this.node = node;
    this.end = at;
  }

  /** What is said of the nodes on the way to each node, and of itself. */
  gathered<T>(said: ReadonlyMap<number, readonly T[]>): readonly (readonly T[])[] {
    const all: (readonly T[])[] = [said.get(0) ?? []];
    // A child is made after its parent.
    const parents = new Map<number, number>();
    for (let node = 0; node < this.size; node += 1) {
      for (let child = this.#firstChild[node] ?? 0; child !== 0; child = this.#nextChild[child] ?? 0)
        parents.set(child, node);
    }
    for (let node = 1; node < this.size; node += 1) {
      const above = all[parents.get(node) ?? 0] ?? [];
      const own = said.get(node);
      all.push(own ? [...above, ...own] : above);
    }
    return all;
  }

  #child(node: number, byte: number): number {
    const wanted = this.#fold(byte);
    let child = this.#firstChild[node] ?? 0;
    while (child !== 0 && this.#bytes[child] !== wanted) child = this.#nextChild[child] ?? 0;
    return child;
  }

  #make(parent: number, byte: number): number {
    const node = this.#bytes.push(byte) - 1;
    this.#firstChild.push(0);
    this.#nextChild.push(this.#firstChild[parent] ?? 0);
    this.#firstChild[parent] = node;
    return node;
  }

  #fold(byte: number): number {
    return this.#folds && byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
  }
}
