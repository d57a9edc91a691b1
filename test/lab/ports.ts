import { createServer } from 'node:net';

/**
 * Where the kernel takes no port of its own accord (Linux: 32768 to 60999, ip_local_port_range): a port found free
 * there is not given to an outgoing connection or to a listener on port 0 before Envoy binds it.
 */
const first = 20_000;
const past = 32_000;

/** Each process begins elsewhere, and goes round: none gives a port twice in a short time. */
let next = first + Math.floor(Math.random() * (past - first));

/** TCP ports of 127.0.0.1 that nobody listens on now. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const found: number[] = [];
  for (let tried = 0; found.length < count && tried < past - first; tried += 1) {
    const port = next;
    next = next + 1 < past ? next + 1 : first;
    if (await isFree(port)) found.push(port);
  }
  return found;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
