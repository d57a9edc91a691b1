/** A kind of request in an access log, in Envoy's default format. */
export interface LoggedStory {
  /** `GET /cart/1`. */
  readonly request: string;
  /** `503 UF`. */
  readonly ends: string;
  readonly count?: number;
  /** Of the first, and between two of them: milliseconds. */
  readonly at?: string;
  readonly everyMs?: number;
  readonly host?: string;
  readonly upstream?: string;
  readonly agent?: string;
  readonly tookMs?: number;
  /** What `x-envoy-upstream-service-time` says; left out: no upstream answered. */
  readonly served?: boolean;
}

/** A log of these requests, one kind after the other. */
export function logOf(...stories: readonly LoggedStory[]): string {
  return stories.flatMap(linesOf).join('\n');
}

function linesOf(story: LoggedStory): readonly string[] {
  const { request, ends, count = 1, at = '2026-06-01T11:40:00Z', everyMs = 1000, tookMs = 7, served = false } = story;
  const { host = 'shop.example.com', upstream = served ? '10.0.0.9:8080' : '-', agent = 'curl/8.1' } = story;
  return Array.from({ length: count }, (_, index) => {
    const time = new Date(Date.parse(at) + index * everyMs).toISOString();
    const id = `00000000-0000-4000-8000-${String(hashOf(`${at} ${request} ${ends}`) + index).padStart(12, '0')}`;
    const service = served ? String(tookMs) : '-';
    return `[${time}] "${request} HTTP/1.1" ${ends} 0 98 ${tookMs} ${service} "-" "${agent}" "${id}" "${host}" "${upstream}"`;
  });
}

/** A number that two kinds of requests hardly share: request ids must differ. */
function hashOf(text: string): number {
  let hash = 7;
  for (const char of text) hash = (hash * 31 + char.charCodeAt(0)) % 900_000_000;
  return hash * 1000;
}
