import { cp, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examples } from '../../src/cli/examples.ts';
import { type Lab, plantIncident, startStory } from './story.ts';
import { startInTmux, type Tmux } from './tmux.ts';
import type { Trickle } from './traffic.ts';

const page = resolve('docs/watch.md');
/** `MESHDOCTOR_WRITE=1` keeps the screens of this run in the page; else they are compared with those it holds. */
const writes = process.env.MESHDOCTOR_WRITE === '1';

let lab: Lab;
let traffic: Trickle;
let tmux: Tmux;

beforeAll(async () => {
  lab = await startStory('incident', { envoyVersion: '1.40.0', adminSocket: true });
  await plantIncident(lab);
  traffic = lab.traffic(40);
  const sources = [
    '--admin',
    lab.adminUrls[0] ?? '',
    '-f',
    basename(lab.manifests),
    '--access-log',
    lab.accessLogs[0] ?? '',
  ];
  const pace = ['--window', '2s', '--interval', '4s'];
  const command = [process.execPath, resolve('dist/main.js'), 'watch', ...sources, ...pace];
  tmux = await startInTmux(command, 110, 26, {
    env: { NO_COLOR: '1', LANG: 'C.UTF-8' },
    cwd: dirname(lab.manifests),
  });
}, 180_000);
afterAll(async () => {
  await tmux?.stop();
  await traffic?.stop();
  await lab?.stop();
});

/** The screens that the page holds, by name. */
function screensOf(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/<!-- screen (\S+) -->\n+```text\n([\s\S]*?)\n```/g);
  return new Map([...found].map(([, name = '', screen = '']) => [name, screen]));
}

/** The words of a screen that are the same in every run: no numbers, bars, addresses, nor words that were cut. */
function lastingWords(screen: string): ReadonlySet<string> {
  const words = screen
    .replace(/unix:\S+/g, ' ')
    .replace(/\S*…/g, ' ')
    .split(/[\s│─▸>]+/)
    .filter((word) => /^[^\d▁▂▃▄▅▆▇█]{2,}$/.test(word));
  return new Set(words);
}

describe('the terminal UI before a real Envoy', () => {
  const seen = new Map<string, string>();
  const keep = async (name: string, what: RegExp): Promise<string> => {
    await tmux.until(what);
    // A moment later all parts have come to the same state.
    await new Promise((resume) => setTimeout(resume, 300));
    const text = [
      [lab.accessLogs[0] ?? '', 'access.log'],
      [lab.adminUrls[0] ?? '', 'unix:/run/envoy.sock'],
    ].reduce((shown, [from = '', to = '']) => shown.replaceAll(from, to), await tmux.screen());
    seen.set(name, text);
    return text;
  };

  it('goes from the gateway to the route that fails, its log, the reason and the fix', async () => {
    // Objects come before the Envoy has told all.
    await keep('gateways', /shop\/edge +1\/2! .*%.*node-port-mismatch/);
    await tmux.press('Enter');
    await tmux.until(/GatewayRoute shop\/payments .* \d+ms /);
    await tmux.press('/');
    await tmux.type('port:8088 payments');
    await tmux.press('Enter');
    await keep('routes', /▸ .*GatewayRoute shop\/payments .* \d+ms .*node-port-mismatch/);
    await tmux.press('Enter');
    await keep('route', /goes to +cds_egress_shop_payments/);
    await tmux.press('l');
    await keep('logs', /▸ .* 503 +\S*UF\S* .*\/payments\/:id/);
    await tmux.press('Enter');
    await keep('class', /\/payments\/1\S* -> /);
    await tmux.press(':');
    await tmux.type('findings');
    await tmux.press('Enter');
    await tmux.until(/▸ error +traffic +node-port-mismatch/);
    await tmux.press('Enter');
    expect(await keep('finding', /finding node-port-mismatch/)).toContain('kubectl -n shop patch service/payments');
  }, 120_000);

  it('explains what is typed while it is typed', async () => {
    await tmux.press(':');
    await tmux.type('explain');
    await tmux.press('Enter');
    await tmux.press('e');
    await tmux.until(/request: /);
    await tmux.type('GET http://api.shop.example.com/search/1');
    await keep('explain', /search\/1 -> 404/);
    await tmux.press('Enter');
  }, 60_000);

  it('tells that a pod came back empty, and what changed with it', async () => {
    await lab.restartEnvoy(0);
    await tmux.press(':');
    await tmux.type('changes');
    await tmux.press('Enter');
    // Between two readings it may have been away altogether.
    await keep('changes', /finding came +[^\n]*gateway-pod-empty[\s\S]*pods serving \S+ -> (?:0\/2!|\?)/);
    await tmux.press('Tab');
    await keep('sources', /LOGS/);
  }, 120_000);

  it('fits a small terminal, and leaves the terminal as it was', async () => {
    await tmux.resize(60, 15);
    await tmux.press('?');
    await keep('small', /into the row/);
    await tmux.press('q');
    expect(await tmux.until(/ended with 0/)).not.toContain('meshdoctor');
  }, 60_000);

  it('leaves the terminal as it was when it is ended by a signal', async () => {
    const script =
      'echo before; sh -c \'echo $$ > pid; exec "$0" "$@"\' "$0" "$@"; echo "ended by $?"; stty -a | tr " " "\\n" | grep -x echo';
    // The example under its --help.
    const [, ...args] =
      examples.watch?.map(({ command }) => command.split(' ')).find((words) => words.includes('--bundle')) ?? [];
    const command = ['sh', '-c', script, process.execPath, resolve('dist/main.js'), ...args];
    const cwd = dirname(lab.accessLogs[0] ?? '');
    await cp('src/demo/incident.tar.gz', join(cwd, 'edge.tar.gz'));
    const ended = await startInTmux(command, 80, 15, { env: { LANG: 'C.UTF-8' }, cwd });
    try {
      await ended.until(/▸ +shop\/edge/);
      process.kill(Number(await readFile(join(cwd, 'pid'), 'utf8')), 'SIGTERM');
      expect(await ended.until(/ended by \d+[\s\S]*echo/)).toMatch(
        /^before\n(?:Terminated\n)?ended by 143\necho(?:\n|$)/,
      );
    } finally {
      await ended.stop();
    }
  }, 60_000);

  it('shows what docs/watch.md shows', async () => {
    const text = await readFile(page, 'utf8');
    if (writes) {
      const kept = [...seen].reduce(
        (all, [name, screen]) =>
          all.replace(
            new RegExp(`(<!-- screen ${name} -->\\n+\`\`\`text\\n)[\\s\\S]*?(\\n\`\`\`)`),
            (_, head: string, tail: string) => `${head}${screen}${tail}`,
          ),
        text,
      );
      await writeFile(page, kept);
      return;
    }
    const told = screensOf(text);
    expect([...told.keys()]).toEqual([...seen.keys()]);
    for (const [name, screen] of seen) {
      const [now, then] = [lastingWords(screen), lastingWords(told.get(name) ?? '')];
      const gone = [...then].filter((word) => !now.has(word));
      // Longer numbers cut words elsewhere or leave a column out, and of what changed at once either may be seen first.
      expect(gone.length, `${name}: ${gone.join(' ')}`).toBeLessThanOrEqual(Math.max(4, then.size / 3));
    }
  });
});
