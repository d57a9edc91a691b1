import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';

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

/** Another program that counts the same log by status; null where it is not on this machine. Milliseconds. */
export async function measurePeer(path: string, name: 'goaccess' | 'duckdb'): Promise<number | null> {
  if (spawnSync(name, ['--version']).error) return null;
  const begun = performance.now();
  const child = spawn(name, peers[name](path), { stdio: 'ignore' });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`${name} ended with ${String(code)}`);
  return performance.now() - begun;
}

const goaccessFormat = '[%dT%t.%^] "%m %U %H" %s %^ %^ %b %L %^ "%^" "%u" "%^" "%v" "%h:%^"';
const peers = {
  goaccess: (path: string): readonly string[] => [
    ...[path, '--no-progress', '--no-global-config', `--log-format=${goaccessFormat}`],
    ...['--date-format=%Y-%m-%d', '--time-format=%H:%M:%S', '-o', `${path}.html`],
  ],
  duckdb: (path: string): readonly string[] => [
    '-c',
    `select column02, column03, count(*) from read_csv('${path}', delim=' ', quote='"', escape='\\', header=false) group by all`,
  ],
};
