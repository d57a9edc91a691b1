import { readFile, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ApiServer } from '../kube/api-server.ts';

/** A way to the API server that can be cut and mended: to an agent the server itself is gone. */
export interface Way {
  readonly kubeconfig: string;
  readonly cut: () => void;
  /** From now on nothing comes through and nobody is told, as where a cable is pulled. */
  readonly silence: () => void;
  readonly mend: () => void;
  readonly stop: () => Promise<void>;
}

/** Opens one. */
export async function openWay({ server, kubeconfig, folder }: ApiServer, name: string): Promise<Way> {
  const sockets = new Set<Socket>();
  const pairs = new Map<Socket, Socket>();
  let state: 'open' | 'cut' | 'silent' = 'open';
  const proxy = createServer((near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    if (state === 'silent') {
      sockets.add(near);
      near.on('error', () => {}).on('close', () => sockets.delete(near));
      return;
    }
    const far = createConnection(Number(new URL(server).port), '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      pairs.set(socket, other);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        pairs.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const path = join(folder, `kubeconfig-${name}`);
  await writeFile(path, (await readFile(kubeconfig, 'utf8')).replaceAll(server, `https://127.0.0.1:${port}`));
  const destroy = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const cut = (): void => {
    state = 'cut';
    destroy();
  };
  return {
    kubeconfig: path,
    cut,
    silence: () => {
      state = 'silent';
      for (const socket of pairs.keys()) socket.unpipe().pause();
    },
    mend: () => {
      state = 'open';
      // What was sent meanwhile arrives late, as TCP sends it again; connections that were never answered are dead.
      for (const socket of sockets) if (!pairs.has(socket)) socket.destroy();
      for (const [socket, other] of pairs) socket.pipe(other);
    },
    stop: async () => {
      cut();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
