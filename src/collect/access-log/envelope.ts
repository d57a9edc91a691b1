import { isObject } from '../../lib/json.ts';

/** A line out of what a container runtime or kubectl wrapped it in. */
export interface Unwrapped {
  readonly text: string;
  /** The pod, where the wrapping names it. */
  readonly pod: string | null;
}

/** CRI logging format: `2026-11-27T01:26:01.478123456Z stdout F text`; `P` is a part that the next line goes on with. */
const cri = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) (stdout|stderr) ([A-Z][A-Za-z:]*) /;
/** `kubectl logs --prefix`. */
const prefixed = /^\[pod\/([^\]/]+)\/[^\]]+\] /;
/** `kubectl logs --timestamps` and `docker logs --timestamps`. */
const stamped = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) (?=[[{"])/;

/** Takes lines out of their wrapping, and joins the parts that a runtime cut long lines into. */
export class Unwrapper {
  readonly #most: number;
  /** Parts by stream, so that stdout and stderr do not mix. */
  readonly #parts = new Map<string, string>();

  /** `most`: the longest line that is put together. */
  constructor(most: number) {
    this.#most = most;
  }

  /** True where a line goes on in the next one. */
  get holdsParts(): boolean {
    return this.#parts.size > 0;
  }

  /** The line inside; null where it goes on in the next one. */
  unwrap(line: string): Unwrapped | null {
    const pod = line.startsWith('[pod/') ? prefixed.exec(line) : null;
    const inner = pod ? line.slice(pod[0].length) : line;
    const text = this.#unwrapRuntime(inner);
    return text === null ? null : { text, pod: pod?.[1] ?? null };
  }

  #unwrapRuntime(line: string): string | null {
    const first = line.charCodeAt(0);
    if (first >= 0x30 && first <= 0x39) {
      const match = cri.exec(line);
      if (match) return this.#join(match[1] ?? '', line.slice(match[0].length), !/^P(?::|$)/.test(match[2] ?? 'F'));
      const time = stamped.exec(line);
      return time ? line.slice(time[0].length) : line;
    }
    if (!line.startsWith('{"log":')) return line;
    const docker = readDocker(line);
    if (!docker) return line;
    // Docker's json-file cuts at 16 KiB: only the last part ends with a line break.
    return this.#join(docker.stream, docker.log.replace(/\r?\n$/, ''), docker.log.endsWith('\n'));
  }

  #join(stream: string, text: string, whole: boolean): string | null {
    const held = this.#parts.get(stream);
    const joined = held === undefined ? text : held + (held.length < this.#most ? text : '');
    if (whole) {
      this.#parts.delete(stream);
      return joined;
    }
    this.#parts.set(stream, joined);
    return null;
  }
}

function readDocker(line: string): { readonly log: string; readonly stream: string } | null {
  try {
    const value: unknown = JSON.parse(line);
    if (!isObject(value) || typeof value.log !== 'string') return null;
    return { log: value.log, stream: String(value.stream ?? 'stdout') };
  } catch {
    return null;
  }
}
