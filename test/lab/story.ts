import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AdminUrl, askAdmin, readStat, waitUntil } from './admin.ts';
import { type ControlPlane, type Refusal, startControlPlane } from './control-plane.ts';
import { type Envoy, startEnvoy, waitForLive } from './envoy.ts';
import { envoyBinary, standInBinary } from './install/install.ts';
import { type LabNetwork, startNetwork } from './network.ts';
import {
  type Delivery,
  makeSecured,
  SECRET_SOCKET,
  type Secured,
  secretServer,
  type SecuredAnswer,
} from './secured.ts';
import type { LabRequest } from './shop.ts';
import { type Outcome, sendRequests, shopRequests, startTrickle, type Trickle } from './traffic.ts';

/** The stories there are manifests for. */
export type StoryName = 'incident' | 'healthy';

/** How to start a story. */
export interface StoryOptions {
  readonly envoyVersion: '1.40.0' | '1.36.2';
  /** Envoys of the gateway; each has a control plane of its own, as their listeners bind to different addresses. */
  readonly replicas?: number;
  readonly adminSocket?: boolean;
  readonly initialFetchTimeout?: string;
  /** Another folder of manifests than the story's own. */
  readonly manifests?: string;
  /** The gateway has certificates below `/certs` and is asked over TLS; what answers on port 8443 of these Services. */
  readonly secured?: Readonly<Record<string, SecuredAnswer>>;
  /** A secret server runs beside each Envoy; it holds nothing before it is told to deliver. */
  readonly secretServer?: boolean;
}

/** A running story: the shop behind one real gateway. */
export interface Lab {
  readonly adminUrls: readonly AdminUrl[];
  readonly gatewayUrl: string;
  readonly gatewayUrls: readonly string[];
  /** The address that a Service of the shop has for Envoy: what a ClusterIP is in a cluster. */
  readonly serviceAddress: LabNetwork['serviceAddress'];
  /** The folder of Kubernetes manifests that the control plane serves. */
  readonly manifests: string;
  readonly accessLogs: readonly string[];
  readonly envoyLogs: readonly string[];
  /** Sends the first n requests of the shop's traffic, or the given ones, to the first gateway. */
  readonly send: (requests: number | readonly LabRequest[]) => Promise<readonly Outcome[]>;
  readonly controlPlane: Omit<ControlPlane, 'adsPort' | 'stop' | 'state' | 'deliver'> & {
    readonly state: () => Promise<readonly unknown[]>;
  };
  /** Lets the secret servers deliver this; resolves once each Envoy that asks for any of it has it. */
  readonly deliver: (what: Delivery) => Promise<void>;
  /** Keeps requests going at a rate until stopped. */
  readonly traffic: (perSecond: number) => Trickle;
  /** Ends one Envoy and starts it anew; it becomes LIVE only when its control plane still lives. */
  readonly restartEnvoy: (index: number, initialFetchTimeout?: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Where the manifests of a story lie. */
export function manifestsOf(name: StoryName): string {
  return fileURLToPath(new URL(`./stories/${name}/manifests`, import.meta.url));
}

interface Replica {
  readonly controlPlane: ControlPlane;
  readonly start: (initialFetchTimeout?: string) => Promise<Envoy>;
  envoy: Envoy;
}

const GATEWAY = 'shop/edge';
const NODE_ID = 'mesh/shop/virtualGateway/edge_shop';
const LISTENER_PORT = 8088;

/** Starts a story and waits until every Envoy of its gateway is LIVE. */
export async function startStory(name: StoryName, options: StoryOptions): Promise<Lab> {
  const binaries = { envoy: await envoyBinary(options.envoyVersion), standIn: await standInBinary() };
  const manifests = options.manifests ?? manifestsOf(name);
  const folder = await mkdtemp(join(tmpdir(), 'meshdoctor-lab-'));
  const secured = options.secured && (await makeSecured(folder, options.secured));
  const network = await startNetwork(secured?.services);
  const replicas: Replica[] = [];
  const trickles = new Set<Trickle>();
  let delivered: Delivery | null = null;
  const stop = async (): Promise<void> => {
    await Promise.all([...trickles].map((trickle) => trickle.stop()));
    await Promise.all(replicas.map(({ envoy }) => envoy.stop()));
    await Promise.all(replicas.map(({ controlPlane }) => controlPlane.stop()));
    await network.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (let index = 0; index < (options.replicas ?? 1); index += 1) {
      replicas.push(
        await startReplica(index, { ...options, binaries, folder, manifests, network, certificates: secured }),
      );
    }
    await Promise.all(replicas.map(({ envoy }) => waitForLive(envoy)));
  } catch (error) {
    await stop();
    throw error;
  }
  const scheme = secured ? 'https' : 'http';
  const gatewayUrls = replicas.map((_, index) => `${scheme}://${network.gatewayAddress(index)}:${LISTENER_PORT}`);
  const gatewayUrl = gatewayUrls[0] ?? '';
  const each = async (act: (controlPlane: ControlPlane) => Promise<void>): Promise<void> => {
    await Promise.all(replicas.map(({ controlPlane }) => act(controlPlane)));
  };
  return {
    get adminUrls() {
      return replicas.map(({ envoy }) => envoy.adminUrl);
    },
    gatewayUrl,
    gatewayUrls,
    serviceAddress: network.serviceAddress,
    manifests,
    accessLogs: replicas.map(({ envoy }) => envoy.accessLog),
    envoyLogs: replicas.map(({ envoy }) => envoy.log),
    send: (requests) =>
      sendRequests(gatewayUrl, typeof requests === 'number' ? shopRequests(requests) : requests, secured?.authority),
    controlPlane: {
      reload: () => each((one) => one.reload()),
      refuse: (what: Refusal) => each((one) => one.refuse(what)),
      stall: () => each((one) => one.stall()),
      die: () => each((one) => one.die()),
      state: () => Promise.all(replicas.map(({ controlPlane }) => controlPlane.state())),
    },
    deliver: async (what) => {
      if (what === delivered) return;
      delivered = what;
      const secrets = (await secured?.secrets(what)) ?? [];
      const all = replicas.map(({ envoy }) => envoy.adminUrl);
      const before = await Promise.all(all.map(deliveries));
      await each((one) => one.deliver(secrets));
      for (const [at, url] of all.entries()) {
        const had = before[at] ?? 0;
        if (had > 0) await waitUntil('Envoy to take a secret', async () => (await deliveries(url)) > had);
      }
    },
    traffic: (perSecond) => {
      const trickle = startTrickle(gatewayUrls, perSecond);
      trickles.add(trickle);
      return trickle;
    },
    restartEnvoy: async (index, initialFetchTimeout) => {
      const replica = replicas[index];
      if (replica === undefined) throw new Error(`There is no Envoy ${index}: the story has ${replicas.length}.`);
      await replica.envoy.stop();
      replica.envoy = await replica.start(initialFetchTimeout);
    },
    stop,
  };
}

interface ReplicaContext extends StoryOptions {
  readonly binaries: { readonly envoy: string; readonly standIn: string };
  readonly folder: string;
  readonly manifests: string;
  readonly network: LabNetwork;
  readonly certificates: Secured | undefined;
}

async function startReplica(index: number, context: ReplicaContext): Promise<Replica> {
  const { binaries, manifests, network, adminSocket, certificates } = context;
  const folder = join(context.folder, `envoy-${index}`);
  await mkdir(folder);
  await certificates?.mount(folder);
  const bindIp = network.gatewayAddress(index);
  const controlPlane = await startControlPlane({
    ...{ binary: binaries.standIn, manifests, gateway: GATEWAY, bindIp },
    ...(context.secretServer && { secretSocket: join(folder, SECRET_SOCKET) }),
  });
  const start = (initialFetchTimeout = context.initialFetchTimeout): Promise<Envoy> =>
    startEnvoy({
      binary: binaries.envoy,
      folder,
      nodeId: NODE_ID,
      adsPort: controlPlane.adsPort,
      dns: network.dns,
      adminSocket: adminSocket === true ? 'admin.sock' : undefined,
      initialFetchTimeout,
      ...(certificates && { more: secretServer }),
    });
  try {
    return { controlPlane, start, envoy: await start() };
  } catch (error) {
    await controlPlane.stop();
    throw error;
  }
}

/** How many secrets an Envoy was delivered so far. */
async function deliveries(url: AdminUrl): Promise<number> {
  const { body } = await askAdmin(url, '/stats?filter=^sds.*update_success$');
  return [...body.matchAll(/: (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Plants what the manifests cannot hold: traffic, an update that Envoy refuses, and the death of the control plane. */
export async function plantIncident(lab: Lab): Promise<void> {
  await lab.send(360);
  await lab.controlPlane.refuse('listener');
  await eachAdmin(lab, 'Envoy to refuse the listener', async (url) => {
    return ((await readStat(url, 'listener_manager.lds.update_rejected')) ?? 0) > 0;
  });
  await lab.controlPlane.die();
  await eachAdmin(lab, 'Envoy to notice that its control plane is gone', async (url) => {
    return (await readStat(url, 'control_plane.connected_state')) === 0;
  });
  await lab.send(120);
}

async function eachAdmin(lab: Lab, what: string, holds: (url: AdminUrl) => Promise<boolean>): Promise<void> {
  await Promise.all(lab.adminUrls.map((url) => waitUntil(what, () => holds(url), 60_000)));
}
