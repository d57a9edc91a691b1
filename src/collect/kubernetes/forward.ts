import { Agent, type AgentOptions } from 'node:http';
import { Duplex, PassThrough, Writable } from 'node:stream';
import { type KubeConfig, PortForward } from '@kubernetes/client-node';
import { WebSocketHandler } from '@kubernetes/client-node/dist/web-socket-handler.js';
import type { PodName } from '../../snapshot/envoy/view.ts';
import type { AdminTarget } from '../envoy-admin/get.ts';

/** An admin endpoint inside a pod, reached as `kubectl port-forward` reaches it: one connection, which is kept. */
export function forwardedTarget(config: KubeConfig, pod: PodName, port: number): AdminTarget & { agent: Agent } {
  const label = `pod ${pod.namespace}/${pod.name}`;
  return { label, host: 'localhost', port, socket: null, agent: new ForwardingAgent(config, pod, port) };
}

/** Opens its connections through the API server. */
class ForwardingAgent extends Agent {
  readonly #connect: () => Promise<Duplex>;

  constructor(config: KubeConfig, pod: PodName, port: number) {
    super({ keepAlive: true, maxSockets: 1 } satisfies AgentOptions);
    this.#connect = () => forward(config, pod, port);
  }

  override createConnection(_: unknown, callback?: (error: Error | null, stream: Duplex) => void): undefined {
    this.#connect().then(
      (stream) => callback?.(null, stream),
      (error: unknown) => callback?.(error instanceof Error ? error : new Error(String(error)), new PassThrough()),
    );
  }
}

/** What an HTTP agent asks of a socket beside bytes; there is no socket here whose options could be set. */
class ForwardedConnection extends Duplex {
  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

async function forward(config: KubeConfig, { namespace, name }: PodName, port: number): Promise<Duplex> {
  const input = new PassThrough();
  let close = (): void => {};
  const connection = new ForwardedConnection({
    read: () => {},
    write: (chunk, _, done) => {
      input.write(chunk);
      done();
    },
    final: (done) => {
      input.end();
      done();
    },
    destroy: (error, done) => {
      close();
      done(error);
    },
  });
  const output = sink((chunk) => connection.push(chunk));
  // The kubelet says on a stream of its own why it could not connect: `connection refused`.
  const errors = sink((chunk) => connection.destroy(new Error(`the port-forward failed: ${chunk.toString().trim()}`)));
  try {
    // A server that closes a stream makes the client end one of these: left out, the streams of this very process.
    const own = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
    const handler = new WebSocketHandler(config, undefined, own);
    const socket = await new PortForward(config, false, handler).portForward(
      namespace,
      name,
      [port],
      output,
      errors,
      input,
    );
    if (typeof socket === 'function') throw new Error('the port-forward was not opened');
    close = () => socket.close();
    socket.on('close', () => {
      if (!connection.destroyed) connection.push(null);
    });
    socket.on('error', (error: Error) => connection.destroy(error));
    return connection;
  } catch (error) {
    throw new Error(refusal(error, namespace));
  }
}

function sink(take: (chunk: Buffer) => void): Writable {
  return new Writable({
    write: (chunk: Buffer, _, done) => {
      if (chunk.length > 0) take(chunk);
      done();
    },
  });
}

/** The words of the WebSocket library hold the status: `Unexpected server response: 403`. */
function refusal(error: unknown, namespace: string): string {
  const said =
    typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
  const status = /response: (\d+)/.exec(said)?.[1];
  if (status === '403') return `not allowed: create pods/portforward in namespace ${namespace}`;
  if (status === '404') return 'the pod is gone (404)';
  return `the port-forward could not be opened: ${said.split('\n', 1)[0]}`;
}
