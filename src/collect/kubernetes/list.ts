import { asList, asObject, asText, isObject, type JsonObject, parseJson } from '../../lib/json.ts';
import { wait } from '../wait.ts';
import type { ApiAnswer, Cluster } from './cluster.ts';

/** What a list request came to. `forbidden` and `absent` are answers; `failed` means that nobody knows. */
export interface Listing {
  readonly state: 'listed' | 'partial' | 'forbidden' | 'unauthorized' | 'absent' | 'failed';
  readonly items: readonly JsonObject[];
  /** In a person's words: why it is not whole; empty where it is. */
  readonly reason: string;
  /** The resource version it is of; a watch begins there. */
  readonly version?: string;
  /** Of a list that is kept up to date, without who wrote which field: the same thing as long as nothing in it changed. */
  readonly mark?: object;
}

const pageSize = 500;
const attempts = 3;
/** A server that is asked to be left alone longer is one that cannot be read now. */
const longestWaitMs = 10_000;
/** A server that answers `continue` for ever is cut off: far beyond any cluster. */
const mostPages = 2000;

/**
 * Lists everything under a path, page by page. A list that expires half-way (410) is begun once again. `each`: what is kept of an
 * object, as soon as its page was read.
 */
export async function listAll(
  cluster: Pick<Cluster, 'ask'>,
  path: string,
  signal: AbortSignal,
  each: (item: JsonObject) => JsonObject = (item) => item,
): Promise<Listing> {
  const first = await listPages(cluster, path, signal, each);
  if (!first.expired) return first.listing;
  const second = await listPages(cluster, path, signal, each);
  if (!second.expired) return second.listing;
  const reason = 'the list expired half-way (410), and again when it was begun anew';
  return { ...second.listing, state: 'partial', reason };
}

async function listPages(
  cluster: Pick<Cluster, 'ask'>,
  path: string,
  signal: AbortSignal,
  each: (item: JsonObject) => JsonObject,
): Promise<{ readonly listing: Listing; readonly expired: boolean }> {
  const items: JsonObject[] = [];
  const ended = (state: Listing['state'], reason: string, expired = false) => ({
    listing: { state: state === 'failed' && items.length > 0 ? 'partial' : state, items, reason } as const,
    expired,
  });
  let next = '';
  let version = '';
  for (let page = 0; page < mostPages; page += 1) {
    const from = next === '' ? '' : `&continue=${encodeURIComponent(next)}`;
    const joint = path.includes('?') ? '&' : '?';
    const answer = await askPatiently(cluster, `${path}${joint}limit=${pageSize}${from}`, signal);
    if (!answer.ok) return ended('failed', answer.reason);
    const { status, text } = answer;
    if (status === 410) return ended('partial', 'the list expired half-way (410)', true);
    if (status === 403) return ended('forbidden', saidBy(text));
    if (status === 401) return ended('unauthorized', `the API server does not know who asks (401): ${saidBy(text)}`);
    if (status === 404) return ended('absent', 'the API server does not serve this kind (404)');
    if (status !== 200) return ended('failed', `the API server answered ${status}: ${saidBy(text)}`);
    const body = parseJson(text);
    if (!isObject(body) || !Array.isArray(body.items)) return ended('failed', 'the answer is no list of objects');
    for (const item of asList(body.items)) if (isObject(item)) items.push(each(item));
    const { continue: more, resourceVersion } = asObject(body.metadata);
    version = asText(resourceVersion) ?? '';
    next = asText(more) ?? '';
    if (next === '') return { listing: { ...ended('listed', '').listing, version }, expired: false };
  }
  return ended('partial', `it did not end after ${mostPages} pages`);
}

/** Waits as long as a busy server (429, 503) asks for, and tries a lost connection or an error of the server once more. */
async function askPatiently(cluster: Pick<Cluster, 'ask'>, path: string, signal: AbortSignal): Promise<ApiAnswer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await cluster.ask(path);
    const restMs = waitBefore(answer, attempt);
    if (restMs === null || signal.aborted) return answer;
    await wait(restMs, signal);
  }
}

function waitBefore(answer: ApiAnswer, attempt: number): number | null {
  if (!answer.ok) return attempt === 1 && !/--(request-)?timeout/.test(answer.reason) ? 100 : null;
  if (answer.status === 429 || answer.status === 503) {
    const wait = answer.retryAfterMs ?? 250 * 2 ** attempt;
    return attempt < attempts && wait <= longestWaitMs ? wait : null;
  }
  return answer.status >= 500 && attempt === 1 ? 250 : null;
}

/** The message of a Status object, else the beginning of the text. */
function saidBy(text: string): string {
  const message = asText(asObject(parseJson(text)).message);
  return (message ?? text).split('\n', 1)[0]?.slice(0, 200) ?? '';
}
