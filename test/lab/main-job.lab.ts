import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meshdoctor } from '../support/built-program.ts';
import { askAdmin } from './admin.ts';
import { type Lab, plantIncident, startStory } from './story.ts';
import type { Trickle } from './traffic.ts';

interface Finding {
  readonly id: string;
  readonly rule: string;
  readonly effect: string;
  readonly severity: string;
  readonly objects: readonly { readonly kind: string; readonly name: string }[];
  readonly symptomOf: string | null;
}

async function diagnose(...sources: readonly string[]): Promise<readonly Finding[]> {
  const { stdout, stderr } = await meshdoctor(['diagnose', ...sources, '-o', 'json', '--window', '2s']);
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as { findings: Finding[] }).findings;
}

/** What is said of faults; information (what App Mesh does by default) is told of a healthy gateway too. */
const said = (findings: readonly Finding[]): readonly string[] =>
  findings
    .filter(({ severity, effect }) => severity !== 'info' || effect === 'standing')
    // 1.36 has ended by the clock of the test.
    .filter(({ rule }) => rule !== 'envoy-end-of-life')
    .map(({ rule, effect, objects }) => `${rule} ${objects[0]?.kind} ${objects[0]?.name} ${effect}`)
    .sort();

const ids = (findings: readonly Finding[]): readonly string[] => findings.map(({ id, rule }) => `${rule} ${id}`).sort();

/** What routes do by default: information, until nobody can change it any more. */
const byDefault = ['host-rewritten', 'hostname-with-port', 'prefix-not-a-segment', 'prefix-rewritten'].map(
  (rule) => `${rule} VirtualGateway edge standing`,
);

const planted = [
  ...byDefault,
  'config-rejected VirtualGateway edge latent',
  'control-plane-disconnected VirtualGateway edge standing',
  'node-port-mismatch VirtualNode payments traffic',
  'requests-failing VirtualNode payments traffic',
  'stream-closed VirtualGateway edge standing',
  'target-service-missing GatewayRoute reviews traffic',
  'target-service-no-provider VirtualService search traffic',
  'tracing-disabled VirtualGateway edge standing',
  'upstream-connect-failures VirtualNode payments traffic',
].sort();

describe.each(['1.40.0', '1.36.2'] as const)('the main job on Envoy %s', (envoyVersion) => {
  let lab: Lab;
  let traffic: Trickle;
  let folder = '';
  let live: readonly Finding[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshdoctor-main-job-'));
    lab = await startStory('incident', { envoyVersion });
    await plantIncident(lab);
    traffic = lab.traffic(120);
    live = await diagnose('--admin', lab.adminUrls[0] ?? '', '-f', lab.manifests);
  }, 180_000);
  afterAll(async () => {
    await traffic?.stop();
    await lab?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('names each planted fault, and nothing else', () => {
    expect(said(live)).toEqual(planted);
    const symptom = live.find(({ rule }) => rule === 'upstream-connect-failures');
    expect(symptom?.symptomOf).toBe(live.find(({ rule }) => rule === 'node-port-mismatch')?.id);
  });

  it('gives the same findings with the same ids from saved pages', async () => {
    const save = async (name: string, path: string): Promise<string> => {
      const file = join(folder, name);
      await writeFile(file, (await askAdmin(lab.adminUrls[0] ?? '', path)).body);
      return file;
    };
    const first = await save('stats-1.json', '/stats?format=json&usedonly');
    await new Promise((resolve) => setTimeout(resolve, 2500));
    const pages = [
      ...['--stats', first, '--stats', await save('stats-2.json', '/stats?format=json&usedonly')],
      ...['--config-dump', await save('config_dump.json', '/config_dump?include_eds')],
      ...['--clusters', await save('clusters.json', '/clusters?format=json')],
      ...['--server-info', await save('server_info.json', '/server_info')],
    ];
    const found = await diagnose(...pages, '-f', lab.manifests);
    expect(ids(found)).toEqual(ids(live));
  });

  it('gives the same findings with the same ids from a bundle made by collect', async () => {
    const bundle = join(folder, 'bundle.tar.gz');
    const sources = ['--admin', lab.adminUrls[0] ?? '', '-f', lab.manifests, '--window', '2s'];
    expect(await meshdoctor(['collect', ...sources, '--output-file', bundle])).toMatchObject({ code: 0 });
    const found = await diagnose('--bundle', bundle);
    expect(ids(found)).toEqual(ids(live));
  });

  it('sees the faults that Envoy alone shows, without manifests', async () => {
    const found = await diagnose('--admin', lab.adminUrls[0] ?? '');
    expect(said(found)).toEqual(planted.filter((line) => !/node-port-mismatch|target-service-missing/.test(line)));
  });

  it('names the gateway that comes back empty, and folds what follows from it', async () => {
    await lab.restartEnvoy(0);
    const found = await diagnose('--admin', lab.adminUrls[0] ?? '', '-f', lab.manifests);
    const root = found.find(({ rule }) => rule === 'gateway-pod-empty');
    expect(root).toMatchObject({ effect: 'traffic', symptomOf: null });
    const folded = found.filter(({ symptomOf }) => symptomOf === root?.id).map(({ rule }) => rule);
    expect(folded.sort()).toEqual(['envoy-not-live', 'gateway-listener-missing']);
  });
});

describe.each(['1.40.0', '1.36.2'] as const)('refused updates on Envoy %s', (envoyVersion) => {
  it.each([
    // All route configurations come in one answer: Envoy refuses, and counts, all of them.
    ['routes', ['route configuration rds_egress_http_15001', 'route configuration rds_ingress_http_8088']],
    ['cluster', ['its clusters']],
  ] as const)(
    'tells of refused %s, of which a real Envoy leaves no error_state',
    async (what, resources) => {
      const lab = await startStory('healthy', { envoyVersion });
      try {
        await lab.controlPlane.refuse(what);
        await new Promise((resolve) => setTimeout(resolve, 500));
        const [admin = ''] = lab.adminUrls;
        expect((await askAdmin(admin, '/config_dump')).body).not.toContain('error_state');
        const { stdout } = await meshdoctor(['diagnose', '--admin', admin, '-o', 'json', '--window', '1s']);
        const { findings } = JSON.parse(stdout) as { findings: (Finding & { message: string })[] };
        const words = (resource: string) =>
          `config-rejected: Gateway edge refused an update of ${resource} at some time since it started.`;
        const refused = findings.filter(({ rule }) => rule === 'config-rejected');
        expect(refused.map(({ rule, message }) => `${rule}: ${message}`).sort()).toEqual(resources.map(words));
      } finally {
        await lab.stop();
      }
    },
    60_000,
  );

  it('sees nothing wrong in a control plane that stalls: the stream stays open', async () => {
    const lab = await startStory('healthy', { envoyVersion });
    try {
      await lab.controlPlane.stall();
      expect(said(await diagnose('--admin', lab.adminUrls[0] ?? '', '-f', lab.manifests))).toEqual([]);
    } finally {
      await lab.stop();
    }
  }, 60_000);
});

describe('a healthy gateway', () => {
  it.each(['1.40.0', '1.36.2'] as const)(
    'has no finding while its control plane lives, on Envoy %s (1.36.2: admin on a unix socket)',
    async (envoyVersion) => {
      const lab = await startStory('healthy', { envoyVersion, replicas: 2, adminSocket: envoyVersion === '1.36.2' });
      try {
        const traffic = lab.traffic(50);
        const found = await diagnose(
          ...lab.adminUrls.flatMap((url) => ['--admin', url]),
          '-f',
          lab.manifests,
          '--closed',
        );
        await traffic.stop();
        // Nothing in these manifests, which are all there is, collects its metrics.
        expect(said(found)).toEqual(['metrics-not-exported VirtualGateway edge latent']);
        await lab.controlPlane.die();
        await new Promise((resolve) => setTimeout(resolve, 1000));
        const frozen = await diagnose(
          ...lab.adminUrls.flatMap((url) => ['--admin', url]),
          '-f',
          lab.manifests,
          '--closed',
        );
        const standing = [
          ...byDefault,
          'control-plane-disconnected VirtualGateway edge standing',
          'metrics-not-exported VirtualGateway edge latent',
          'stream-closed VirtualGateway edge standing',
          'tracing-disabled VirtualGateway edge standing',
        ];
        expect(said(frozen)).toEqual(standing.sort());
      } finally {
        await lab.stop();
      }
    },
    120_000,
  );
});
