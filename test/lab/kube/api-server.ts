import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asObject, asText } from '../../../src/lib/json.ts';
import { spawnGuarded, stopChild } from '../children.ts';
import { controlPlaneBinary } from '../install/control-plane.ts';
import { connect, type KubeClient } from './client.ts';
import { installCrds } from './crds.ts';

/** A real etcd and kube-apiserver with the seven App Mesh kinds, and the endpoints of a kubelet. */
export interface ApiServer {
  /** The administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** `https://127.0.0.1:port` */
  readonly server: string;
  /** Files of a run lie here; `stop` removes it. */
  readonly folder: string;
  /** What the kubelet serves lies here (see `pod-files.ts`). */
  readonly podsFolder: string;
  /** Where a Node says that its kubelet listens, on 127.0.0.1. */
  readonly kubeletPort: number;
  /** The administrator. */
  readonly client: KubeClient;
  /** Makes all objects there are look as if made and last written then: a server stamps its own time on new ones. */
  readonly age: (to: string) => Promise<void>;
  /** Who asked for what so far, by the server's audit log. */
  readonly audit: () => Promise<readonly AuditEntry[]>;
  readonly stop: () => Promise<void>;
}

/** One request in the audit log. */
export interface AuditEntry {
  readonly user: string;
  readonly verb: string;
  /** With its subresource: `pods/log`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly status: number;
}

/** How to start one. */
export interface ApiServerOptions {
  /** Without the App Mesh kinds: a cluster that never had App Mesh, or lost its CRDs. */
  readonly crds?: boolean;
}

/** Starts one on free ports and waits until it serves the App Mesh kinds; builds it first if need be. */
export async function startApiServer({ crds = true }: ApiServerOptions = {}): Promise<ApiServer> {
  const binary = await controlPlaneBinary();
  const folder = await mkdtemp(join(tmpdir(), 'meshdoctor-kube-'));
  const child = spawnGuarded(binary, ['-dir', folder]);
  const stop = async (): Promise<void> => {
    await stopChild(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { server, kubeconfig, kubelet, control, pods } = await readReadyLine(child, binary);
    const client = await connect(kubeconfig);
    if (crds) await installCrds(client);
    return {
      ...{ kubeconfig, server, folder, client, podsFolder: pods, kubeletPort: kubelet },
      age: (to) => ageObjects(control, to),
      audit: () => readAudit(join(folder, 'audit.log')),
      stop: () => {
        client.close();
        return stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Ready {
  readonly server: string;
  readonly kubeconfig: string;
  readonly kubelet: number;
  readonly control: number;
  readonly pods: string;
}

function readReadyLine(child: ChildProcess, binary: string): Promise<Ready> {
  return new Promise((resolve, reject) => {
    let said = '';
    let complaints = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      complaints = (complaints + chunk.toString('utf8')).slice(-5_000);
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      if (said.length < 5_000) said += chunk.toString('utf8');
      const match = /^READY server=(\S+) kubelet=(\d+) control=(\d+) kubeconfig=(\S+) pods=(\S+)$/m.exec(said);
      if (match === null) return;
      const [, server = '', kubelet, control, kubeconfig = '', pods = ''] = match;
      resolve({ server, kubelet: Number(kubelet), control: Number(control), kubeconfig, pods });
    });
    child.stdout?.once('close', () => {
      void stopChild(child);
      reject(new Error(`Started ${binary}: it ended before it was ready.\n${said}${complaints}`));
    });
  });
}

/** On a busy machine etcd takes its time for some hundred writes. */
const AGE_MS = 90_000;

async function ageObjects(control: number, to: string): Promise<void> {
  const url = `http://127.0.0.1:${control}/age?to=${encodeURIComponent(to)}`;
  const response = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(AGE_MS) });
  if (!response.ok) throw new Error(`Asked the control plane for ${url}: ${response.status} ${await response.text()}`);
}

async function readAudit(path: string): Promise<readonly AuditEntry[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line.endsWith('}'));
  return lines.map((line) => {
    const entry = asObject(JSON.parse(line));
    const about = asObject(entry.objectRef);
    const subresource = asText(about.subresource);
    return {
      user: asText(asObject(entry.user).username) ?? '',
      verb: asText(entry.verb) ?? '',
      resource: `${asText(about.resource) ?? ''}${subresource === undefined ? '' : `/${subresource}`}`,
      namespace: asText(about.namespace),
      status: Number(asObject(entry.responseStatus).code ?? 0),
    };
  });
}
