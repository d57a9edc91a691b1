import { appendFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** Lines in Envoy's default format, of requests to these routes (`writeConfigDump`), ids in their paths, one in fifty failing. */
export function linesFor(from: number, count: number, routes: number, timeOf: (at: number) => number): string {
  let text = '';
  for (let at = from; at < from + count; at += 1) {
    const [ends, upstream] = at % 50 === 0 ? ['503 UF', '10.0.0.7:8080'] : ['200 -', '10.0.0.9:8080'];
    const id = `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
    // Not every route has traffic.
    const route = (at * 7) % Math.min(routes, 2_000);
    const path = `/team-${route % 50}/service-${route}/items/${at % 100_000}`;
    text += `[${new Date(timeOf(at)).toISOString()}] "GET ${path} HTTP/1.1" ${ends} 0 98 ${at % 200} ${at % 190} "-" "curl/8.1" "${id}" "shop.example.com" "${upstream}"\n`;
  }
  return text;
}

/** `write-log.ts FILE ROUTES PER-SECOND`: writes until it is ended. */
function main([file = '', routes = '', perSecond = '']: readonly string[]): void {
  const begun = Date.now();
  let written = 0;
  setInterval(() => {
    const due = Math.floor(((Date.now() - begun) / 1000) * Number(perSecond));
    appendFileSync(
      file,
      linesFor(written, due - written, Number(routes), () => Date.now()),
    );
    written = due;
  }, 100);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main(process.argv.slice(2));
