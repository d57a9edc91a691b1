import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { parse } from 'yaml';
import { asList, asObject, asText, type JsonObject } from '../../../src/lib/json.ts';

/** One answer of the API server: its body as JSON where it is JSON, else as text. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A request to the API server. */
export interface Call {
  readonly method?: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** What a test does to a cluster as one user, over HTTPS without any library. */
export interface KubeClient {
  readonly server: string;
  /** The CA of the server, in PEM. */
  readonly ca: string;
  readonly call: (path: string, call?: Call) => Promise<Answer>;
  /** The same, and an error unless the answer is 2xx. */
  readonly must: (path: string, call?: Call) => Promise<JsonObject>;
  /** The path of an object of any kind the server knows. */
  readonly pathOf: (object: JsonObject) => Promise<string>;
  readonly close: () => void;
}

const TIMEOUT_MS = 20_000;
const FIRST_LISTS_MS = 10_000;

/** Speaks to the server of a kubeconfig as its current user: by client certificate or by token. */
export async function connect(kubeconfig: string): Promise<KubeClient> {
  const config = asObject(parse(await readFile(kubeconfig, 'utf8')));
  const cluster = asObject(asObject(asList(config.clusters)[0]).cluster);
  const user = asObject(asObject(asList(config.users)[0]).user);
  const server = asText(cluster.server) ?? '';
  const ca = decoded(cluster['certificate-authority-data']) ?? '';
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 8,
    ca,
    cert: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
  });
  const token = asText(user.token);
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const call = (path: string, what: Call = {}): Promise<Answer> => ask(agent, headers, `${server}${path}`, what);
  const must = async (path: string, what: Call = {}): Promise<JsonObject> => {
    const until = Date.now() + FIRST_LISTS_MS;
    for (;;) {
      const { status, body } = await call(path, what);
      if (status >= 200 && status < 300) return asObject(body);
      // A kind whose CRD was just made answers 429 "storage is (re)initializing" for a moment.
      if (status !== 429 || Date.now() > until) {
        throw new Error(`Asked ${what.method ?? 'GET'} ${path}: ${status} ${asText(asObject(body).message) ?? body}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  return { server, ca, call, must, pathOf: pathFinder(must), close: () => agent.destroy() };
}

function decoded(value: unknown): string | undefined {
  const text = asText(value);
  return text === undefined ? undefined : Buffer.from(text, 'base64').toString('utf8');
}

function ask(agent: Agent, headers: Readonly<Record<string, string>>, url: string, call: Call): Promise<Answer> {
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const type = body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' };
  const options = { agent, method: call.method ?? 'GET', headers: { ...headers, ...type }, timeout: TIMEOUT_MS };
  return new Promise((resolve, reject) => {
    const asked = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const json = (response.headers['content-type'] ?? '').includes('application/json');
        resolve({ status: response.statusCode ?? 0, body: json ? JSON.parse(text) : text });
      });
    });
    asked.on('timeout', () => asked.destroy(new Error(`Asked ${url}: no answer within ${TIMEOUT_MS} ms.`)));
    asked.on('error', reject);
    asked.end(body);
  });
}

/** Finds paths by what the server says it serves; asks once per group and version, again for a kind not seen yet. */
function pathFinder(must: KubeClient['must']): KubeClient['pathOf'] {
  const known = new Map<string, JsonObject>();
  return async (object) => {
    const apiVersion = asText(object.apiVersion) ?? '';
    const kind = asText(object.kind) ?? '';
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    if (!known.has(`${apiVersion} ${kind}`)) {
      for (const resource of asList((await must(root)).resources).map(asObject)) {
        if (!asText(resource.name)?.includes('/')) known.set(`${apiVersion} ${asText(resource.kind)}`, resource);
      }
    }
    const resource = known.get(`${apiVersion} ${kind}`);
    if (resource === undefined) throw new Error(`The API server serves no ${kind} of ${apiVersion}.`);
    const { name, namespace } = asObject(object.metadata);
    const within = resource.namespaced === true ? `/namespaces/${asText(namespace) ?? 'default'}` : '';
    return `${root}${within}/${asText(resource.name)}/${asText(name) ?? ''}`;
  };
}
