import type { ChildProcess } from 'node:child_process';
import { waitUntil } from './admin.ts';
import type { JsonObject } from '../../src/lib/json.ts';
import { spawnGuarded, stopChild } from './children.ts';

/** The one update of the stand-in that a real Envoy refuses. */
export type Refusal = 'listener' | 'routes' | 'cluster';

/** The stand-in for App Mesh's control plane, seen from outside. */
export interface ControlPlane {
  readonly adsPort: number;
  /** Reads the manifests again and pushes what changed. */
  readonly reload: () => Promise<void>;
  /** Pushes one update that Envoy refuses, beside the good ones. */
  readonly refuse: (what: Refusal) => Promise<void>;
  /** Delivers these Secrets, instead of those before, where it stands in for a secret server too. */
  readonly deliver: (secrets: readonly JsonObject[]) => Promise<void>;
  /** Keeps connections and never answers again. */
  readonly stall: () => Promise<void>;
  /** Ends at once, as App Mesh did. */
  readonly die: () => Promise<void>;
  /** What was pushed, acknowledged and refused, as JSON. */
  readonly state: () => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

/** What the stand-in serves, and where its listeners shall bind. */
export interface ControlPlaneOptions {
  readonly binary: string;
  readonly manifests: string;
  /** `namespace/name` of the VirtualGateway. */
  readonly gateway: string;
  readonly bindIp: string;
  /** Where it stands in for the secret server beside Envoy (SPIRE), too. */
  readonly secretSocket?: string;
}

/** Starts the stand-in and waits for its READY line. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { binary, manifests, gateway, bindIp, secretSocket = '' } = options;
  const flags = ['-manifests', manifests, '-gateway', gateway, '-bind-ip', bindIp, '-ads-port', '0'];
  const child = spawnGuarded(binary, [...flags, '-control-port', '0', '-secret-socket', secretSocket]);
  let alive = true;
  child.stdout?.once('close', () => {
    alive = false;
  });
  const ports = await readReadyLine(child, binary);
  const control = `http://127.0.0.1:${ports.control}`;
  const post = async (path: string, body?: string): Promise<void> => {
    const asked = { method: 'POST', ...(body === undefined ? {} : { body }), signal: AbortSignal.timeout(10_000) };
    const response = await fetch(`${control}${path}`, asked);
    const text = await response.text();
    if (!response.ok) throw new Error(`Asked the stand-in for ${path}: it answered ${response.status} ${text}`);
  };
  return {
    adsPort: ports.ads,
    reload: () => post('/reload'),
    refuse: (what) => post(`/refuse?what=${what}`),
    deliver: (secrets) => post('/secrets', JSON.stringify(secrets)),
    stall: () => post('/stall'),
    die: async () => {
      await post('/die').catch(() => undefined);
      await waitUntil('the stand-in to die', async () => !alive);
    },
    state: async () => {
      const response = await fetch(`${control}/state`, { signal: AbortSignal.timeout(10_000) });
      return response.json();
    },
    stop: () => stopChild(child),
  };
}

function readReadyLine(child: ChildProcess, binary: string): Promise<{ ads: number; control: number }> {
  return new Promise((resolve, reject) => {
    let said = '';
    let complaints = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      if (complaints.length < 5_000) complaints += chunk.toString('utf8');
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      if (said.length < 5_000) said += chunk.toString('utf8');
      const match = /^READY ads=(\d+) control=(\d+)$/m.exec(said);
      if (match !== null) resolve({ ads: Number(match[1]), control: Number(match[2]) });
    });
    child.stdout?.once('close', () => {
      void stopChild(child);
      reject(new Error(`Started ${binary}: it ended before it was ready.\n${said}${complaints}`));
    });
  });
}
