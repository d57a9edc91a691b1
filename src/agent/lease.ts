import { asNumber, asObject, asText, type JsonObject, parseJson } from '../lib/json.ts';
import type { AgentApi } from './api.ts';
import type { HeldLease, LeaseTimes } from './election.ts';

/** Where a Lease lies, and what it says of itself. */
export interface LeasePlace {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A Lease that was read: one, none, or nobody knows. */
export type LeaseRead =
  | { readonly ok: true; readonly lease: HeldLease | null }
  | { readonly ok: false; readonly reason: string };

/** The path under which a namespace's Leases lie. */
export function leasesPath(namespace: string): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
}

/** Reads a Lease. */
export async function readLease(api: AgentApi, { namespace, name }: LeasePlace): Promise<LeaseRead> {
  const answer = await api.ask(`${leasesPath(namespace)}/${name}`);
  if (!answer.ok) return answer;
  if (answer.status === 404) return { ok: true, lease: null };
  if (answer.status !== 200) return { ok: false, reason: `the API server answered ${answer.status}` };
  return { ok: true, lease: heldLease(parse(answer.text)) };
}

/** A Lease object as the election sees it. */
export function heldLease(object: JsonObject): HeldLease {
  const spec = asObject(object.spec);
  return {
    holder: asText(spec.holderIdentity) ?? '',
    renewTime: asText(spec.renewTime) ?? '',
    resourceVersion: asText(asObject(object.metadata).resourceVersion) ?? '',
    transitions: asNumber(spec.leaseTransitions) ?? 0,
  };
}

/** Writes a Lease; without a resource version it is made. Only what the server surely refused is a conflict. */
export async function writeLease(
  api: AgentApi,
  { namespace, name, labels }: LeasePlace,
  holder: string,
  times: Pick<LeaseTimes, 'durationMs'>,
  over: Pick<HeldLease, 'resourceVersion' | 'transitions'> | null,
): Promise<'written' | 'conflict' | 'failed'> {
  const path = leasesPath(namespace);
  const metadata = { name, namespace, labels, ...(over ? { resourceVersion: over.resourceVersion } : {}) };
  const body = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata,
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: Math.max(1, Math.round(times.durationMs / 1000)),
      renewTime: microTime(),
      leaseTransitions: over?.transitions ?? 0,
    },
  };
  const answer = over ? await api.write('PUT', `${path}/${name}`, body) : await api.write('POST', path, body);
  if (!answer.ok) return 'failed';
  if (answer.status >= 200 && answer.status < 300) return 'written';
  // A Lease that cannot be made for want of its namespace is nobody else's.
  return answer.status === 409 || (over !== null && answer.status === 404) ? 'conflict' : 'failed';
}

/** MicroTime of Kubernetes. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}

/** What an API server said, as an object; what is none reads as an empty one. */
export function parse(text: string): JsonObject {
  return asObject(parseJson(text));
}
