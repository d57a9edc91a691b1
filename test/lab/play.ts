import { parseArgs } from 'node:util';
import { type ShopCluster, startShopCluster } from './kube/shop-cluster.ts';
import { type Lab, plantIncident, type StoryName, startStory } from './story.ts';

const help = `Plays a story of the lab: a real Envoy, as App Mesh would have configured it, until Ctrl-C.

  --story incident|healthy    which mesh (default: incident, with its faults planted)
  --envoy 1.40.0|1.36.2       which Envoy (default: 1.40.0)
  --replicas N                Envoys of the gateway (default: 1)
  --rps N                     requests per second that go on (default: 10)
  --cluster                   also a real Kubernetes API server that holds the cluster around the gateway
`;

const TRIED_PATHS = ['/cart/1', '/payments/1', '/search/1'];

interface PlayOptions {
  readonly story: StoryName;
  readonly envoyVersion: '1.40.0' | '1.36.2';
  readonly replicas: number;
  readonly perSecond: number;
  readonly cluster: boolean;
}

function readPlayOptions(args: readonly string[]): PlayOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      story: { type: 'string', default: 'incident' },
      envoy: { type: 'string', default: '1.40.0' },
      replicas: { type: 'string', default: '1' },
      rps: { type: 'string', default: '10' },
      cluster: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const { story, envoy } = values;
  if (story !== 'incident' && story !== 'healthy') throw new Error(`There is no story ${story}: incident or healthy.`);
  if (envoy !== '1.40.0' && envoy !== '1.36.2') throw new Error(`There is no Envoy ${envoy} here: 1.40.0 or 1.36.2.`);
  return {
    story,
    envoyVersion: envoy,
    replicas: readCount('--replicas', values.replicas, 9),
    perSecond: readCount('--rps', values.rps, 1_000),
    cluster: values.cluster,
  };
}

function readCount(flag: string, text: string, most: number): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= most) return count;
  throw new Error(`${flag} ${text}: expected a whole number from 1 to ${most}.`);
}

async function play({ story, envoyVersion, replicas, perSecond, cluster: withCluster }: PlayOptions): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    process.on('SIGINT', () => resolve());
    process.on('SIGTERM', () => resolve());
  });
  console.log(
    `Starting the ${story} story on Envoy ${envoyVersion}; the first time this builds and downloads its parts …`,
  );
  const lab = await startStory(story, { envoyVersion, replicas });
  let cluster: ShopCluster | undefined;
  try {
    if (story === 'incident') await plantIncident(lab);
    lab.traffic(perSecond);
    if (withCluster) {
      console.log('Starting the API server; its first build takes some ten minutes …');
      cluster = await startShopCluster(lab);
    }
    console.log(`\n${placesOf(lab, cluster).join('\n')}`);
    console.log(`\nAbout ${perSecond} requests per second go on. Ctrl-C ends all of it.`);
    await stopped;
  } finally {
    await cluster?.stop();
    await lab.stop();
  }
  console.log('Stopped.');
}

function placesOf(lab: Lab, cluster: ShopCluster | undefined): readonly string[] {
  const admins = lab.adminUrls.map((url) => `--admin ${url}`).join(' ');
  return [
    ...lab.adminUrls.map((url) => `admin      ${url}`),
    ...lab.gatewayUrls.map((url) => `gateway    ${url}`),
    `manifests  ${lab.manifests}`,
    ...lab.accessLogs.map((path) => `access log ${path}`),
    ...(cluster === undefined ? [] : [`API server ${cluster.server}`, `kubeconfig ${cluster.kubeconfig}`]),
    '',
    'Try:',
    ...TRIED_PATHS.map((path) => `  curl -si ${lab.gatewayUrl}${path}`),
    `  node dist/main.js diagnose ${admins} -f ${lab.manifests}`,
    ...(cluster === undefined
      ? []
      : [`  node dist/main.js diagnose --live --kubeconfig ${cluster.kubeconfig} -n shop`]),
  ];
}

try {
  const options = readPlayOptions(process.argv.slice(2));
  if (options === undefined) console.log(help);
  else await play(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
