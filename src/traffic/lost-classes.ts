import { pathShape } from '../snapshot/path-shape.ts';
import type { LogLine } from '../snapshot/access-log/line.ts';
import type { ShortEnding } from './ending.ts';

const dayMs = 86_400_000;
/** What is remembered at most: classes that were served, and hosts of one turn. */
const mostServed = 10_000;
const mostHosts = 1_000;
/** Of the requests of its host. */
const leastShare = 0.01;

/**
 * Requests whose class (method, host, shape of the path) was served within a day and that the gateway now answers with 404 for
 * want of a route. A class that is a small part of its host's requests is left out.
 */
export class LostClasses {
  /** When each class was last served, the oldest first. */
  readonly #served = new Map<string, number>();
  readonly #lost = new Map<string, { readonly host: string; count: number }>();
  readonly #hosts = new Map<string, number>();

  /** `at`: milliseconds since 1970. */
  see({ method, authority, path }: LogLine, ending: ShortEnding, at: number): void {
    if (path === null) return;
    const host = this.#hosts.has(authority ?? '') || this.#hosts.size < mostHosts ? (authority ?? '') : '(other)';
    this.#hosts.set(host, (this.#hosts.get(host) ?? 0) + 1);
    const key = `${method} ${authority?.slice(0, 255)} ${pathShape(path).slice(0, 255)}`;
    const lost = ending.class === '4xx' && ending.cause === 'no-route';
    if (lost) {
      const known = this.#served.get(key);
      if (known === undefined || at - known > dayMs) return;
      const held = this.#lost.get(key);
      if (held) held.count += 1;
      else this.#lost.set(key, { host, count: 1 });
    } else if (ending.class === '2xx' || ending.class === '3xx') {
      this.#served.delete(key);
      this.#served.set(key, at);
      if (this.#served.size <= mostServed) return;
      const [oldest = ''] = this.#served.keys();
      this.#served.delete(oldest);
    }
  }

  /** How many were lost since the last turn. */
  turn(): number {
    let sum = 0;
    for (const { host, count } of this.#lost.values())
      if (count >= leastShare * (this.#hosts.get(host) ?? 0)) sum += count;
    this.#lost.clear();
    this.#hosts.clear();
    return sum;
  }
}
