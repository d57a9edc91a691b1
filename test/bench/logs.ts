import { closeSync, openSync, writeSync } from 'node:fs';
import { logReaderBinary } from '../lab/install/install.ts';
import { compare, type Run, runPeer } from './measure.ts';

/** Writes an access log in Envoy's default format: requests of a few kinds, ids in their paths, one in fifty failing. */
export function writeAccessLog(path: string, lines: number): void {
  const file = openSync(path, 'w');
  let chunk = '';
  for (let at = 0; at < lines; at += 1) {
    const time = new Date(1_795_744_000_000 + at * 3).toISOString();
    const [ends, upstream] = at % 50 === 0 ? ['503 UF', '10.0.0.7:8080'] : ['200 -', '10.0.0.9:8080'];
    const id = `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;
    const agent = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/119.0';
    chunk += `[${time}] "GET /cart/${at % 100_000}/items HTTP/1.1" ${ends} 0 98 ${at % 200} ${at % 190} "-" "${agent}" "${id}" "shop.example.com" "${upstream}"\n`;
    if (chunk.length < 1 << 20) continue;
    writeSync(file, chunk);
    chunk = '';
  }
  writeSync(file, chunk);
  closeSync(file);
}

/** Other programs that read the same log, each in one thread: what they are asked, and how often as fast we must be. */
const peers = [
  { name: 'goaccess', asks: '', least: 8 },
  { name: 'duckdb', asks: ', all fields read', least: 1.2 },
  { name: 'duckdb', asks: ', asked what `logs` answers', least: 1.2 },
  { name: 'duckdb', asks: ', two columns of thirteen read', least: null },
] as const;

/** How a log of so many lines is read: by us alone, with the routes of a dump, and against what is on this machine. */
export interface LogRates {
  readonly alone: Run;
  readonly decided: Run;
  /** What it takes to read a log of one line, alone and decided. */
  readonly starts: readonly [Run, Run];
  /** `ours` was measured in turn with `theirs`. */
  readonly peers: readonly (Pick<(typeof peers)[number], 'name' | 'asks' | 'least'> & {
    readonly ours: Run;
    readonly theirs: Run;
  })[];
}

/** `logs`: runs the verb on one of the two files. */
export async function measureLogs(
  [one, many]: readonly [string, string],
  dump: string,
  rounds: number,
  logs: (file: string, ...more: readonly string[]) => Promise<Run>,
): Promise<LogRates> {
  const routes = ['--config-dump', dump];
  const [alone, start] = await compare(
    rounds,
    () => logs(many),
    () => logs(one),
  );
  const [decided, begun] = await compare(
    rounds,
    () => logs(many, ...routes),
    () => logs(one, ...routes),
  );
  const measured = [];
  for (const peer of peers) {
    const binary = await logReaderBinary(peer.name);
    const times = peer.name === 'goaccess' ? 1 : rounds;
    const args = argumentsOf(peer, many);
    const [ours, theirs] = await compare(
      times,
      () => logs(many),
      () => runPeer(binary, args),
    );
    measured.push({ ...peer, ours, theirs });
  }
  return { alone, decided, starts: [start, begun], peers: measured };
}

const goaccessFormat = '[%dT%t.%^] "%m %U %H" %s %^ %^ %b %L %^ "%^" "%u" "%^" "%v" "%h:%^"';

function argumentsOf({ name, asks }: (typeof peers)[number], path: string): readonly string[] {
  if (name === 'goaccess') {
    return [
      ...[path, '--no-progress', '--no-global-config', `--log-format=${goaccessFormat}`],
      ...['--date-format=%Y-%m-%d', '--time-format=%H:%M:%S', '-o', `${path}.html`],
    ];
  }
  const file = `read_csv('${path}', delim=' ', quote='"', escape='\\', header=false)`;
  return ['-c', `set threads=1; select ${selected(asks)} from ${file} group by all`];
}

/** Times, bytes, quantiles: what `logs` says of a class. */
const told = 'count(*), min(column00), max(column00), sum(column05), approx_quantile(column06, [0.5, 0.9, 0.99])';
/** Method, path without its query and with ids folded, authority, upstream: by what `logs` groups beside status and flag. */
const path = "split_part(split_part(column01, ' ', 2), '?', 1)";
const shape = `regexp_replace(${path}, '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9]+', ':id', 'g')`;
const grouped = `split_part(column01, ' ', 1), ${shape}, column11, column12`;
/** Fields that are not told: read, and counted. */
const others = ['01', '04', '07', '08', '09', '10', '11', '12'].map((field) => `count(column${field})`).join(', ');

function selected(asks: (typeof peers)[number]['asks']): string {
  if (asks === ', all fields read') return `column02, column03, ${told}, ${others}`;
  if (asks === ', asked what `logs` answers') return `column02, column03, ${grouped}, ${told}`;
  return 'column02, column03, count(*)';
}
