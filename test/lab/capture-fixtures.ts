import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type AdminUrl, askAdmin, waitUntil } from './admin.ts';
import { plantIncident, startStory } from './story.ts';

/** Captures what real Envoys of the lab say into test/fixtures, for the hermetic tests: `npm run capture:fixtures`. */
const pages = {
  'config_dump.json': '/config_dump?include_eds',
  'clusters.json': '/clusters?format=json',
  'certs.json': '/certs',
  'server_info.json': '/server_info',
  'runtime.json': '/runtime',
  'listeners.json': '/listeners?format=json',
  'ready.txt': '/ready',
} as const;
const stats = '/stats?format=json&usedonly';
const seconds = 5;

for (const envoyVersion of ['1.40.0', '1.36.2'] as const) {
  const lab = await startStory('incident', { envoyVersion });
  const [url = ''] = lab.adminUrls;
  await plantIncident(lab);
  await save(`envoy-${envoyVersion}-incident`, url, () => lab.send(360));
  if (envoyVersion === '1.40.0') {
    await lab.restartEnvoy(0);
    await save('envoy-1.40.0-empty', lab.adminUrls[0] ?? '');
    await lab.restartEnvoy(0, '15s');
    const after = lab.adminUrls[0] ?? '';
    await waitUntil(
      'an empty Envoy that says LIVE',
      async () => (await askAdmin(after, '/ready')).status === 200,
      60_000,
    );
    await save('envoy-1.40.0-live-empty', after);
  }
  await lab.stop();
}
const healthy = await startStory('healthy', { envoyVersion: '1.40.0' });
await healthy.send(360);
await save('envoy-1.40.0-healthy', healthy.adminUrls[0] ?? '', () => healthy.send(360));
await healthy.stop();

/** Saves every page, the stats twice with requests in between. */
async function save(name: string, url: AdminUrl, between: () => Promise<unknown> = async () => {}): Promise<void> {
  const folder = `test/fixtures/${name}`;
  mkdirSync(folder, { recursive: true });
  const page = async (path: string): Promise<string> => anonymous((await askAdmin(url, path)).body);
  writeFileSync(`${folder}/stats-1.json`, await page(stats));
  const wait = new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  await between();
  await wait;
  writeFileSync(`${folder}/stats-2.json`, await page(stats));
  for (const [file, path] of Object.entries(pages)) writeFileSync(`${folder}/${file}`, await page(path));
  process.stdout.write(`saved ${folder}: ${(await page('/ready')).trim()}\n`);
}

/** Without the names of the machine and its temporary folders. */
function anonymous(text: string): string {
  return text
    .replaceAll(/\/[\w./-]*\/meshdoctor-lab-[A-Za-z0-9]+/g, '/var/lib/lab')
    .replaceAll(hostname(), 'edge-6c7f9d5b8-x2x7q');
}
