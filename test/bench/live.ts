import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listedKinds, listPath } from '../../src/collect/kubernetes/kinds.ts';
import { asList, asObject } from '../../src/lib/json.ts';
import { type ShopCluster, startShopCluster } from '../lab/kube/shop-cluster.ts';
import { manifestsOf, startStory } from '../lab/story.ts';
import { median, runNode } from './measure.ts';

/** What of `diagnose --live` was measured: the median of some runs, in ms, the wait between two reads left out. */
export interface LiveMeasured {
  readonly objects: number;
  readonly ms: number;
}

/** A service is nine objects: its route, VirtualService, VirtualNode, Service, EndpointSlice, Deployment, ReplicaSet and two Pods. */
const objectsOfService = 9;
const windowMs = 1_000;

/** Diagnoses the lab's healthy shop, with so many services more that its cluster holds this many objects. */
export async function measureLive(folder: string, objects: number, rounds: number): Promise<LiveMeasured> {
  const manifests = join(folder, 'shop');
  await mkdir(manifests);
  await cp(manifestsOf('healthy'), manifests, { recursive: true });
  const cart = await readFile(join(manifests, 'cart.yaml'), 'utf8');
  for (let index = 0; index < objects / objectsOfService; index += 1) {
    const name = `store-${index}`;
    await writeFile(join(manifests, `${name}.yaml`), cart.replaceAll('cart', name));
  }
  const lab = await startStory('healthy', { envoyVersion: '1.40.0', replicas: 2, manifests });
  try {
    const cluster = await startShopCluster(lab);
    try {
      const flags = ['--live', '--kubeconfig', cluster.kubeconfig, '-A', '--window', `${windowMs}ms`];
      const times: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        times.push((await runNode(['dist/main.js', 'diagnose', ...flags], [0, 1])).ms - windowMs);
      }
      return { objects: await countObjects(cluster), ms: median(times) };
    } finally {
      await cluster.stop();
    }
  } finally {
    await lab.stop();
  }
}

async function countObjects({ client }: ShopCluster): Promise<number> {
  let count = 0;
  for (const kind of listedKinds) {
    const { status, body } = await client.call(listPath(kind, kind.versions[0] ?? 'v1', null));
    if (status === 200) count += asList(asObject(body).items).length;
  }
  return count;
}
