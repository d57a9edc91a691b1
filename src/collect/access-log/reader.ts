import type { LogLine, ProcessLine } from '../../snapshot/access-log/line.ts';
import type { Draft } from './draft.ts';
import { defaultTextFormat } from './format.ts';
import { usualJson } from './json-parser.ts';
import { readProcessLine } from './process-line.ts';
import { compileText, type LineParser } from './text-parser.ts';
import { Unwrapper } from './envelope.ts';

/** What one line turned out to be. */
export type ReadLine =
  | { readonly kind: 'request'; readonly line: LogLine }
  | { readonly kind: 'process'; readonly line: ProcessLine }
  /** What a line of Envoy's own log goes on with; a blank line; a part of a line that is not whole yet. */
  | { readonly kind: 'process-more' | 'blank' | 'part' }
  | { readonly kind: 'unparsed'; readonly text: string };

/** Istio's default, which many copied (istio.io: Envoy Access Logs, "Default access log format"). */
const istioFormat =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  '%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% ' +
  '%BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" ' +
  '"%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% ' +
  '%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n';

/** The formats tried where none is known. */
const usualFormats: readonly LineParser[] = [defaultTextFormat, istioFormat].flatMap(
  (format) => compileText(format) ?? [],
);

/** The longest line that is read whole; Envoy cuts headers at 60 KiB. */
export const mostLineLength = 256 * 1024;

/** Reads the lines of one log, in their order: the formats given first, then the usual ones. Never throws. */
export class LogReader {
  readonly #parsers: LineParser[];
  readonly #unwrapper = new Unwrapper(mostLineLength);
  readonly #pod: string | null;
  #afterProcess = false;

  /** `pod`: whose log it is, where lines do not name theirs. */
  constructor(formats: readonly LineParser[], pod: string | null = null) {
    this.#pod = pod;
    this.#parsers = [...formats, ...usualFormats, usualJson];
  }

  read(raw: string): ReadLine {
    const unwrapped = this.#unwrapper.unwrap(raw.endsWith('\r') ? raw.slice(0, -1) : raw);
    if (!unwrapped) return { kind: 'part' };
    const { text, pod } = unwrapped;
    if (text === '') return { kind: 'blank' };
    const own = readProcessLine(text);
    if (own) {
      this.#afterProcess = true;
      return { kind: 'process', line: own };
    }
    const line = this.#parse(text);
    if (line) {
      this.#afterProcess = false;
      line.pod = pod ?? line.pod ?? this.#pod;
      return { kind: 'request', line };
    }
    // Envoy's own log prints configuration and traces over many lines.
    return this.#afterProcess ? { kind: 'process-more' } : { kind: 'unparsed', text };
  }

  /** The parser that is asked first: the one that read the last line. */
  get first(): LineParser | null {
    return this.#parsers[0] ?? null;
  }

  /** Whose log it is, where lines do not name theirs. */
  get pod(): string | null {
    return this.#pod;
  }

  /** True where a part of a line waits for the next one. */
  get isWithinLine(): boolean {
    return this.#unwrapper.holdsParts;
  }

  /** A request was read another way. */
  passRequest(): void {
    this.#afterProcess = false;
  }

  /** The parser that read the last line is asked first: a log has few formats. */
  #parse(text: string): Draft | null {
    for (const [index, parser] of this.#parsers.entries()) {
      const line = parser(text);
      if (!line) continue;
      if (index > 0) {
        this.#parsers.splice(index, 1);
        this.#parsers.unshift(parser);
      }
      return line;
    }
    return null;
  }
}
