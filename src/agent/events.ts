import { listedKinds, listPath } from '../collect/kubernetes/kinds.ts';
import { asList, asObject, asText, type JsonObject } from '../lib/json.ts';
import type { ReportFinding, ReportObject } from '../report/document.ts';
import type { AgentApi } from './api.ts';
import type { Budget } from './budget.ts';
import type { FindingChange } from '../report/finding-changes.ts';
import { parse } from './lease.ts';

/** What an Event came to. `known`: it is there already, written by this or another agent. */
export type Told = 'written' | 'known' | 'held-back' | { readonly failed: string };

/** Longest message of an Event; the API server takes 1,024 bytes of a note, and as much is shown. */
const longest = 1000;
const component = 'meshdoctor-agent';

/**
 * Tells a change of a finding as an Event on the object concerned. Its name is made of object and finding, so that two agents,
 * or one that began anew, tell it once; one that comes back after it was over is counted on.
 */
export async function tellEvent(
  api: AgentApi,
  { what, finding }: FindingChange,
  from: { readonly agent: string; readonly budget: Budget; readonly now: () => number },
): Promise<Told> {
  const [object] = finding.objects;
  if (!object) return 'known';
  if (!from.budget.take(from.now())) return 'held-back';
  const uid = await uidOf(api, object);
  const event = eventOf(what, finding, object, uid, from.agent, new Date().toISOString());
  const { namespace, name } = event.metadata;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
  const made = await api.write('POST', path, event);
  if (!made.ok) return { failed: made.reason };
  if (made.status < 300) return 'written';
  if (made.status !== 409) return { failed: `the API server answered ${made.status}: ${said(made.text)}` };
  const named = async (other: string): Promise<JsonObject> => {
    const known = await api.ask(`${path}?fieldSelector=${encodeURIComponent(`metadata.name=${other}`)}`);
    return known.ok ? asObject(asList(parse(known.text).items)[0]) : {};
  };
  const old = await named(name);
  // Whoever told it told of the same trouble, unless that was told to be over since: then it is back.
  if (what === 'appeared' && !isLater(await named(`${name}.over`), old)) return 'known';
  const { message, type, reason, lastTimestamp } = event;
  const again = { message, type, reason, lastTimestamp, count: Number(old.count ?? 1) + 1 };
  const patched = await api.write('PATCH', `${path}/${name}`, again);
  if (!patched.ok) return { failed: patched.reason };
  return patched.status < 300 ? 'written' : { failed: `the API server answered ${patched.status}` };
}

function isLater(one: JsonObject, other: JsonObject): boolean {
  return Date.parse(asText(one.lastTimestamp) ?? '') > Date.parse(asText(other.lastTimestamp) ?? '');
}

/** An Event of the core group. */
export interface CoreEvent {
  readonly apiVersion: 'v1';
  readonly kind: 'Event';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly involvedObject: JsonObject;
  readonly type: 'Warning' | 'Normal';
  readonly reason: string;
  readonly message: string;
  readonly lastTimestamp: string;
  readonly [field: string]: unknown;
}

/** The Event of a change: `Warning` while it holds, `Normal` when it is over, under the same name. */
export function eventOf(
  what: FindingChange['what'] | 'gone',
  { id, rule, message, docs }: ReportFinding,
  object: ReportObject,
  uid: string | null,
  agent: string,
  at: string,
): CoreEvent {
  const { apiVersion, kind, namespace, name } = object;
  // Events of what has no namespace lie in `default`, as those of Nodes do.
  const home = namespace ?? 'default';
  const over = what === 'gone';
  const text = over ? `Over: ${message}` : `${message} (${docs})`;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name.slice(0, 200)}.${id}${over ? '.over' : ''}`, namespace: home },
    involvedObject: {
      apiVersion,
      kind,
      name,
      ...(namespace === null ? {} : { namespace }),
      ...(uid === null ? {} : { uid }),
    },
    type: over ? 'Normal' : 'Warning',
    reason: rule.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase()),
    message: text.length > longest ? `${text.slice(0, longest - 1)}…` : text,
    source: { component },
    reportingComponent: component,
    reportingInstance: agent,
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  };
}

/** `kubectl describe` looks for Events by the uid of their object; it takes a list, for that is all we may. */
async function uidOf(api: AgentApi, { apiVersion, kind, namespace, name }: ReportObject): Promise<string | null> {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const listed = listedKinds.find((one) => one.kind === kind && one.group === group);
  if (!listed) return null;
  const query = encodeURIComponent(`metadata.name=${name}`);
  const answer = await api.ask(
    `${listPath(listed, version, listed.namespaced ? namespace : null)}?fieldSelector=${query}`,
  );
  if (!answer.ok || answer.status !== 200) return null;
  return asText(asObject(asObject(asList(parse(answer.text).items)[0]).metadata).uid) ?? null;
}

function said(text: string): string {
  return asText(parse(text).message)?.slice(0, 200) ?? '';
}
