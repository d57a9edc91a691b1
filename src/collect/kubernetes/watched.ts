import { asNumber, asObject, asText, isObject, type JsonObject, parseJson } from '../../lib/json.ts';
import { SharedValues } from '../../lib/shared.ts';
import { linesOf, textsOf } from '../access-log/lines.ts';
import { mostLineLength } from '../access-log/reader.ts';
import { type Listing, listAll } from './list.ts';
import { isDated, meshGroup } from './kinds.ts';
import { withoutFields } from './managed-fields.ts';
import type { StreamWays } from './streams.ts';

/** What is listed is listed anew after so long, whatever was heard. */
const resyncMs = 30 * 60_000;
/** A path that cannot be watched is only listed for so long. */
const unwatchedMs = 10 * 60_000;
/** The server ends a watch after so long; a way that is silent for longer is dead. */
const watchSeconds = 240;

interface Watched {
  /** By namespace and name. */
  readonly items: Map<string, JsonObject>;
  readonly ended: AbortController;
  readonly listedAt: number;
  version: string;
  /** Another one after each change. */
  mark: object;
  /** Every change until now was heard. */
  live: boolean;
  asked: boolean;
}

/** What a watched list needs of the world. */
export interface WatchOptions extends StreamWays {
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** What an object of App Mesh asks for has changed. */
  readonly changed: () => void;
}

/**
 * Lists that are kept up to date by watches, so that a cluster in which nothing happens is not listed again. A list is given
 * from memory only while its watch lives; else it is listed, and what cannot be listed is not seen.
 */
export class WatchedLists {
  readonly #options: WatchOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #unwatchable = new Map<string, number>();
  readonly #shared = new SharedValues();

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** The objects under a path; as `listAll`, without who wrote which field. */
  readonly list: typeof listAll = async (cluster, path, signal) => {
    const known = this.#watched.get(path);
    const now = this.#options.now();
    if (known?.live && now - known.listedAt < resyncMs) {
      known.asked = true;
      const { items, version, mark } = known;
      return { state: 'listed', items: [...items.values()], reason: '', version, mark };
    }
    const listing = await listAll(cluster, path, signal, this.#cleaned(path));
    this.#drop(path);
    const refusedAt = this.#unwatchable.get(path);
    const watchable = refusedAt === undefined || now - refusedAt > unwatchedMs;
    if (listing.state !== 'listed' || !listing.version || !watchable) return listing;
    const { items, mark } = this.#keep(path, listing, listing.version);
    return { ...listing, items: [...items.values()], mark };
  };

  /** Ends the watches of what was not asked for since the last sweep. */
  sweep(): void {
    for (const [path, watched] of this.#watched) {
      if (!watched.asked) this.#drop(path);
      watched.asked = false;
    }
  }

  /** What is kept of an object: thousands of them are alike in most of what they hold. */
  #cleaned(path: string): (object: JsonObject) => JsonObject {
    const dated = isDated(path);
    return (object) => this.#shared.share(laidOut(withoutFields(object, dated)));
  }

  #drop(path: string): void {
    this.#watched.get(path)?.ended.abort();
    this.#watched.delete(path);
  }

  #keep(path: string, { items }: Listing, version: string): Watched {
    const listedAt = this.#options.now();
    const watched: Watched = {
      items: new Map(),
      ended: new AbortController(),
      listedAt,
      version,
      mark: {},
      live: false,
      asked: true,
    };
    for (const item of items) watched.items.set(keyOf(item), item);
    this.#watched.set(path, watched);
    void this.#watch(path, watched);
    return watched;
  }

  async #watch(path: string, watched: Watched): Promise<void> {
    const { connect, wait } = this.#options;
    const { signal } = watched.ended;
    const joint = path.includes('?') ? '&' : '?';
    for (let tries = 0; !signal.aborted; tries += 1) {
      const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=${watchSeconds}&resourceVersion=${watched.version}`;
      try {
        const { status, chunks } = await connect(`${path}${joint}${query}`, signal);
        if (status === 403 || status === 405) this.#unwatchable.set(path, this.#options.now());
        // Too old (410), or not allowed: the next one who asks lists, and what was heard until then is void.
        if (status === 410 || status === 403 || status === 405) return this.#drop(path);
        if (status === 200) {
          watched.live = true;
          if (!(await this.#hear(path, watched, chunks))) return this.#drop(path);
          // Ended by the server, in good order: nothing was missed, the next one begins where it ended.
          tries = 0;
          await wait(tries, signal);
          continue;
        }
        // 429 while the storage of a new kind begins, 503: they have to be left alone for a while.
        for await (const _ of chunks);
      } catch {
        // The way broke; from the version that was heard last the server tells all that was missed.
      }
      watched.live = false;
      await wait(tries, signal);
    }
  }

  /** False where what was heard is void. */
  async #hear(path: string, watched: Watched, chunks: AsyncIterable<Uint8Array>): Promise<boolean> {
    for await (const piece of linesOf(chunks)) {
      for (const line of textsOf(piece)) {
        if (Buffer.byteLength(line) >= mostLineLength) {
          // An object longer than what is read whole: here lists serve better.
          this.#unwatchable.set(path, this.#options.now());
          return false;
        }
        const { type, object: about } = asObject(parseJson(line));
        const object = isObject(about) ? about : null;
        const version = asText(asObject(object?.metadata).resourceVersion);
        if (!object || type === 'ERROR' || version === undefined) return false;
        if (watched.ended.signal.aborted) return false;
        watched.version = version;
        if (type !== 'BOOKMARK') this.#take(path, watched, type === 'DELETED', object);
      }
    }
    return true;
  }

  #take(path: string, watched: Watched, gone: boolean, object: JsonObject): void {
    const before = watched.items.get(keyOf(object));
    if (gone) watched.items.delete(keyOf(object));
    else watched.items.set(keyOf(object), this.#cleaned(path)(object));
    watched.mark = {};
    // A status that is written again and again is no reason to look.
    const generation = before ? generationOf(before) : null;
    const same = !gone && generation !== null && generation === generationOf(object);
    if (!same && isMesh(path)) this.#options.changed();
  }
}

/**
 * The object, written and read once more: V8 lays out what it parses in the least room. What nests too deep for that stays as it
 * came.
 */
function laidOut(object: JsonObject): JsonObject {
  try {
    return asObject(parseJson(JSON.stringify(object)));
  } catch {
    return object;
  }
}

function keyOf({ metadata }: JsonObject): string {
  const { namespace, name } = asObject(metadata);
  return `${asText(namespace) ?? ''}/${asText(name)}`;
}

function generationOf({ metadata }: JsonObject): number | null {
  return asNumber(asObject(metadata).generation) ?? null;
}

function isMesh(path: string): boolean {
  return path.startsWith(`/apis/${meshGroup}/`);
}
