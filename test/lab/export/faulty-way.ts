import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { freePorts } from '../ports.ts';

/** What happens to calls on their way: taken, cut, refused for now, taken but never answered, or refused where they hold a word. */
export type Way = 'open' | 'cut' | 'throttled' | 'unanswered' | { readonly refuses: string };

/** A call that came that way. */
export interface FaultyCall {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly encoding: string | undefined;
  /** What it carried, unpacked. */
  readonly plain: Buffer;
}

/** A way to an emulator that can be disturbed. */
export interface FaultyWay {
  readonly url: string;
  way: Way;
  /** Calls that came, and what they carried. */
  readonly calls: FaultyCall[];
  readonly stop: () => Promise<void>;
}

/** Opens a way on a free port of the loopback. */
export async function openFaultyWay(target: string): Promise<FaultyWay> {
  const [port] = await freePorts(1);
  const state: { way: Way } = { way: 'open' };
  const calls: FaultyWay['calls'] = [];
  const server = createServer((request, response) => void pass(request, response));
  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { way } = state;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const encoding = request.headers['content-encoding'];
    const plain = encoding === 'gzip' ? gunzipSync(body) : body;
    calls.push({ at: Date.now(), encoding, plain });
    if (way === 'cut') return void request.socket.destroy();
    if (way === 'throttled') return refuse(response, 'ThrottlingException', 'Rate exceeded');
    if (typeof way === 'object' && plain.includes(way.refuses))
      return refuse(response, 'InvalidParameterValueException', `The value ${way.refuses} is invalid`);
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers))
      if (!['host', 'connection', 'content-length'].includes(name)) headers.set(name, String(value));
    const answer = await fetch(target + request.url, { method: request.method ?? 'POST', headers, body });
    const text = Buffer.from(await answer.arrayBuffer());
    if (way === 'unanswered') return;
    response.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? '',
      ...protocol(answer),
    });
    response.end(text);
  }
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${port}`,
    get way() {
      return state.way;
    },
    set way(next) {
      state.way = next;
    },
    calls,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function protocol(answer: Response): Record<string, string> {
  const said = answer.headers.get('smithy-protocol');
  return said ? { 'smithy-protocol': said } : {};
}

function refuse(response: ServerResponse, type: string, message: string): void {
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type });
  response.end(JSON.stringify({ __type: type, message }));
}
