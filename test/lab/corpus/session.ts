import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { currentContext } from '../../../src/collect/kubernetes/request.ts';
import { type CollectRequest, emptyRequest } from '../../../src/collect/request.ts';
import { makeEngine } from '../../../src/engine/engine.ts';
import type { Fix } from '../../../src/diagnose/finding.ts';
import { asList, asObject, type JsonObject } from '../../../src/lib/json.ts';
import { askAdmin, readStat, waitUntil } from '../admin.ts';
import { type ShopCluster, startShopCluster } from '../kube/shop-cluster.ts';
import type { LabRequest } from '../shop.ts';
import { type Lab, manifestsOf, startStory } from '../story.ts';
import { calm } from './calm.ts';
import { change, isMesh, longAgo, reconcile } from './change.ts';
import { erase, keyOf, listAll, restore } from './objects.ts';
import { rollOutAnew } from './roll-out.ts';
import type { Changes, CorpusStory, Group } from './story.ts';

/** A running gateway in its cluster, in which stories are told one after the other. */
export interface Session {
  readonly cluster: ShopCluster;
  readonly lab: Lab;
  /** Makes the cluster what a story says; the gateway hears of it while its control plane lives. */
  readonly tell: (story: Changes) => Promise<void>;
  /** Lets the gateway hear of what the objects say now. */
  readonly push: () => Promise<void>;
  /** Makes a change that a fix proposes: targets are rolled out, and the gateway hears of it while its control plane lives. */
  readonly patch: (change: NonNullable<Fix['patch']>) => Promise<void>;
  /** What `meshdoctor collect --live` would write. */
  readonly capture: (story: CorpusStory) => Promise<Uint8Array>;
  /** What `meshdoctor collect --for-rescue` would write. */
  readonly copy: () => Promise<Uint8Array>;
  /** Makes the cluster what it was before the story. */
  readonly forget: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const windowMs = 1500;
/** So long what an Envoy is delivered belongs to its start. */
const startSeconds = 20;

/** Starts a group's gateway and cluster, and lets its control plane come to its end. */
export async function startSession(group: Group): Promise<Session> {
  const {
    envoyVersion,
    replicas,
    controlPlane,
    base = {},
    refused,
    emptied = [],
    secured,
    secretServer = false,
  } = group;
  const manifests = await mkdtemp(join(tmpdir(), 'meshdoctor-corpus-'));
  await cp(manifestsOf('healthy'), manifests, { recursive: true });
  const lab = await startStory('healthy', {
    envoyVersion,
    replicas,
    manifests,
    secretServer,
    ...(secured && { secured }),
  });
  let cluster: ShopCluster;
  try {
    cluster = await startShopCluster(lab);
  } catch (error) {
    await lab.stop();
    throw error;
  }
  const stop = async (): Promise<void> => {
    await cluster.stop();
    await lab.stop();
    await rm(manifests, { recursive: true, force: true });
  };
  let alive = true;
  const push = async (): Promise<void> => {
    if (alive) await pushTo(lab, manifests, await listAll(cluster.client));
  };
  const heard = async (touched: boolean): Promise<void> => {
    if (alive && touched) await push();
    if (alive) await cluster.age(longAgo);
  };
  const tell = async (changes: Changes): Promise<void> => {
    await heard(await change(cluster, changes, alive));
    if (!changes.deliver) return;
    const started = async (): Promise<boolean> =>
      ((await readStat(lab.adminUrls[0] ?? '', 'server.uptime')) ?? 0) > startSeconds;
    await waitUntil('an Envoy that has started a while ago', started);
    await lab.deliver(changes.deliver);
  };
  try {
    if (secretServer) await lab.deliver('as-before');
    // What the API server said of itself names this machine.
    for (const one of await listAll(cluster.client)) if (isOfServer(one)) await erase(cluster.client, one);
    await tell(calm(group));
    await tell(base);
    await lab.send(120);
    if (refused) await refuse(lab, refused);
    alive = controlPlane === 'alive';
    if (controlPlane === 'stalled') await lab.controlPlane.stall();
    if (controlPlane === 'dead') await die(lab);
    for (const at of emptied) {
      await lab.restartEnvoy(at, group.givesUp ? '1s' : undefined);
      const live = async (): Promise<boolean> => (await askAdmin(lab.adminUrls[at] ?? '', '/ready')).status === 200;
      if (group.givesUp) await waitUntil('an empty Envoy that says LIVE', live);
    }
    await cluster.refreshPorts();
    await cluster.age(longAgo);
    let before = await listAll(cluster.client);
    return {
      ...{ cluster, lab, tell, push, stop },
      patch: async ({ type, target, patch: body }) => {
        const { apiVersion, kind, namespace, name } = target;
        const object = { apiVersion, kind, metadata: { name, ...(namespace === null ? {} : { namespace }) } };
        const contentType = `application/${type === 'json' ? 'json-patch' : 'merge-patch'}+json`;
        await cluster.client.must(await cluster.client.pathOf(object), { method: 'PATCH', body, contentType });
        if (kind === 'Deployment' && asObject(asObject(body).spec).template !== undefined)
          await rollOutAnew(cluster.client, keyOf(object), cluster.nodes);
        if (isMesh(object) && alive) await reconcile(cluster, (await listAll(cluster.client)).filter(isMesh), []);
        await heard(isMesh(object));
      },
      capture: (story) => capture(cluster, lab, story),
      copy: () => copyOf(lab),
      forget: async () => {
        await restore(cluster.client, before);
        before = await listAll(cluster.client);
        await push();
        if (secretServer) await lab.deliver('as-before');
        await cluster.age(longAgo);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function isOfServer({ kind, involvedObject }: JsonObject): boolean {
  return kind === 'Event' && asObject(involvedObject).kind === 'Namespace';
}

/** Gives the stand-in what the API server holds, and waits until each Envoy has taken or refused it. */
async function pushTo(lab: Lab, manifests: string, objects: readonly JsonObject[]): Promise<void> {
  const told = objects.filter((one) => isMesh(one) || one.kind === 'Namespace');
  const text = told.map(({ status: _, ...object }) => JSON.stringify(object)).join('\n---\n');
  for (const file of await readdir(manifests)) await rm(join(manifests, file));
  await writeFile(join(manifests, 'all.yaml'), text);
  const refusals = (state: unknown): number => asList(asObject(state).nacked).length;
  const before = (await lab.controlPlane.state()).map(refusals);
  await lab.controlPlane.reload();
  await waitUntil('every Envoy to take what was pushed', async () =>
    (await lab.controlPlane.state()).every((state, at) => {
      const { versions, acked } = asObject(state);
      const taken = Object.entries(asObject(versions)).every(([kind, one]) => asObject(acked)[kind] === String(one));
      return taken || refusals(state) > (before[at] ?? 0);
    }),
  );
}

const rejected = {
  listener: 'listener_manager.lds.update_rejected',
  cluster: 'cluster_manager.cds.update_rejected',
  routes: 'http.ingress.rds.rds_ingress_http_8088.update_rejected',
};

async function refuse(lab: Lab, what: keyof typeof rejected): Promise<void> {
  await lab.controlPlane.refuse(what);
  for (const url of lab.adminUrls) {
    await waitUntil('Envoy to refuse an update', async () => ((await readStat(url, rejected[what])) ?? 0) > 0);
  }
}

async function die(lab: Lab): Promise<void> {
  await lab.controlPlane.die();
  for (const url of lab.adminUrls) {
    const gone = async (): Promise<boolean> => (await readStat(url, 'control_plane.connected_state')) === 0;
    await waitUntil('Envoy to notice that its control plane is gone', gone);
  }
}

/** The request of `meshdoctor collect` for a story. */
export function requestFor(
  cluster: ShopCluster,
  lab: Lab,
  { now, hoursLater, envoyAlone }: CorpusStory,
): CollectRequest {
  const later = hoursLater === undefined ? null : new Date(Date.now() + hoursLater * 3_600_000).toISOString();
  const live = { ...currentContext, kubeconfig: cluster.kubeconfig, allNamespaces: true };
  const sources = envoyAlone ? { admin: [...lab.adminUrls] } : { live };
  return { ...emptyRequest, ...sources, windowMs, now: now ?? later, keep: true };
}

async function capture(cluster: ShopCluster, lab: Lab, story: CorpusStory): Promise<Uint8Array> {
  await new Promise((resolve) => setTimeout(resolve, (story.patience ?? 0) * 1000));
  const traffic = story.requests === undefined ? null : keepSending(lab, story.requests);
  const engine = makeEngine();
  await engine.collect(requestFor(cluster, lab, story));
  await traffic?.stop();
  return engine.bundle();
}

async function copyOf({ adminUrls: [admin = ''] }: Lab): Promise<Uint8Array> {
  const engine = makeEngine();
  await engine.collect({ ...emptyRequest, admin: [admin], windowMs: 0, keep: true, whole: true });
  return engine.bundle();
}

/** Sends a list of requests over and over, so that counters grow between two readings. */
function keepSending(lab: Lab, requests: readonly LabRequest[]) {
  let going = true;
  const done = (async () => {
    while (going) await lab.send(requests);
  })();
  return {
    stop: async () => {
      going = false;
      await done;
    },
  };
}
