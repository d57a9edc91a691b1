/** So many distinct values are remembered; then it begins anew: what stands together in a list is alike. */
const mostKnown = 4_096;
/** A longer text, or a value with more members, is hardly ever there twice. */
const longestText = 128;
const mostMembers = 16;
/** What nests deeper is left as it is. */
const deepest = 64;

/**
 * Makes one value of those that are equal, in what was parsed from JSON: of the objects of a cluster, and of the routes of a
 * gateway, most members are the same text or the same small object thousands of times. Nothing of it may be changed after.
 */
export class SharedValues {
  readonly #texts = new Map<string, string>();
  readonly #values = new Map<string, object>();
  /** What was made one, by what it is called in the keys of those that hold it. */
  readonly #names = new Map<object, number>();

  /** The value, changed in place below its top, or the one that was seen before and is equal. */
  share<T>(value: T): T {
    if (this.#texts.size > mostKnown || this.#values.size > mostKnown) this.#forget();
    return this.#share(value, 0) as T;
  }

  #share(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return value.length > longestText ? value : this.#textOf(value);
    if (typeof value !== 'object' || value === null || depth > deepest) return value;
    const members = value as Record<string, unknown>;
    const keys = Object.keys(members);
    let name: string | null = Array.isArray(value) ? '[' : '{';
    for (const key of keys) {
      const member = members[key];
      // An own `__proto__` cannot be set by assignment.
      const shared = key === '__proto__' ? member : this.#share(member, depth + 1);
      // Also where they are equal: of texts that are the same one is kept.
      if (key !== '__proto__') members[key] = shared;
      const called: string | null = name === null || key === '__proto__' ? null : this.#nameOf(shared);
      name = called === null || name === null ? null : `${name}${JSON.stringify(key)}:${called},`;
    }
    return name === null || keys.length > mostMembers ? value : this.#valueOf(name, value);
  }

  /** As it stands in the key of what holds it; null: nothing equal can be known. */
  #nameOf(value: unknown): string | null {
    if (typeof value === 'string') return value.length > longestText ? null : JSON.stringify(value);
    if (typeof value !== 'object' || value === null) return String(value);
    const name = this.#names.get(value);
    return name === undefined ? null : `#${name}`;
  }

  #textOf(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    this.#texts.set(text, text);
    return text;
  }

  #valueOf(name: string, value: object): object {
    const known = this.#values.get(name);
    if (known) return known;
    this.#values.set(name, value);
    this.#names.set(value, this.#names.size);
    return value;
  }

  #forget(): void {
    this.#texts.clear();
    this.#values.clear();
    this.#names.clear();
  }
}
