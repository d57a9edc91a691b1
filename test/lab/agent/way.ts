import { readFile, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { ApiServer } from '../kube/api-server.ts';

/** A way to the API server that can be cut and mended: to an agent the server itself is gone. */
export interface Way {
  readonly kubeconfig: string;
  readonly cut: () => void;
  readonly mend: () => void;
  readonly stop: () => Promise<void>;
}

/** Opens one. */
export async function openWay({ server, kubeconfig, folder }: ApiServer, name: string): Promise<Way> {
  const sockets = new Set<Socket>();
  let open = true;
  const proxy = createServer((near) => {
    if (!open) {
      near.destroy();
      return;
    }
    const far = createConnection(Number(new URL(server).port), '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
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
  const cut = (): void => {
    open = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    kubeconfig: path,
    cut,
    mend: () => {
      open = true;
    },
    stop: async () => {
      cut();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
