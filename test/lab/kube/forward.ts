import { PassThrough } from 'node:stream';
import { KubeConfig, PortForward } from '@kubernetes/client-node';

const LIMIT_MS = 10_000;

/** Where an HTTP server listens inside a pod. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** Asks a port of a pod as `kubectl port-forward` and `curl` would; returns the whole answer, or the error text. */
export async function getThroughApiServer(kubeconfig: string, { namespace, pod, port }: PodPort, path: string) {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const [output, errors, input] = [new PassThrough(), new PassThrough(), new PassThrough()];
  let text = '';
  output.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  const failed = new Promise<string>((resolve) => errors.once('data', (chunk: Buffer) => resolve(chunk.toString())));
  const socket = await new PortForward(config, true).portForward(namespace, pod, [port], output, errors, input);
  if (typeof socket === 'function') throw new Error('The port-forward is none of a single connection.');
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  const late = setTimeout(() => socket.close(), LIMIT_MS);
  input.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  try {
    return await Promise.race([closed, failed]);
  } finally {
    clearTimeout(late);
    socket.close();
  }
}
