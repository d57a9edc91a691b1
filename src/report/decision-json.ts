import { memoize } from '../lib/memo.ts';
import type { Decided, Explained, Unexplained } from '../routing/explained.ts';
import type { Decision, Hop, RouteAt } from '../routing/match/decision.ts';

/** A decision as machines read it, on one line. */
export function decisionJson(one: Decided | Unexplained): string {
  return 'error' in one ? JSON.stringify(one) : `{${toldOf(one)}}`;
}

/** The same with every step and what stands around it. */
export function explanationJson(explained: Explained): string {
  const { by, way, notes, endpoints, steps } = explained;
  const around = {
    by,
    way,
    notes,
    endpoints,
    steps: steps.map(({ stage, object, verdict, clause, reason, place }) => {
      const origin = place ? explained.objects[`${place.document} ${place.pointer}`] : undefined;
      const edit = origin && { file: origin.file, line: origin.line, grade: origin.grade, assumed: origin.notes };
      return { stage, object: origin?.object ?? object, verdict, clause, reason, ...edit };
    }),
  };
  return `{${toldOf(explained)},${JSON.stringify(around).slice(1)}`;
}

function toldOf({ id, method, url, decision, desired, differs, by, replicas }: Decided): string {
  const request = `"id":${text(id)},"method":${text(method)},"url":${text(url)}`;
  const asked = `"desired":${desired ? `{${fieldsOf(desired)}}` : 'null'},"differs":${JSON.stringify(differs)}`;
  const told = `${request},${fieldsOf(decision)},${asked}`;
  // Only where replicas disagree, so that a file of answers stays small.
  if (replicas.length === 0) return told;
  const all = [{ envoys: by.envoys, differs: [], decision }, ...replicas].map(
    (one) =>
      `{"envoys":${JSON.stringify(one.envoys)},"differs":${JSON.stringify(one.differs)},${fieldsOf(one.decision)}}`,
  );
  return `${told},"replicas":[${all.join()}]`;
}

/** Written field by field: a file of requests has millions of these. */
function fieldsOf(decision: Decision): string {
  const { outcome, hops, cluster, clusters, location, status, grpcStatus, responseFlag } = decision;
  const { unknown, candidates, why } = decision;
  return (
    `"outcome":"${outcome}","hops":[${hops.map(hopOf).join()}],"cluster":${name(cluster)},` +
    `"clusters":[${clusters.map(shareOf).join()}],"location":${text(location)},"status":${status},` +
    `"grpcStatus":${grpcStatus},"responseFlag":${name(responseFlag)},"unknown":[${unknown.map(text).join()}],` +
    `"candidates":[${candidates.map((one) => `{${fieldsOf(one)}}`).join()}],"why":${text(why)}`
  );
}

function hopOf({ listener, virtualHost, route, cluster, rewrite, timeoutMs }: Hop): string {
  const seen = rewrite ? `{"path":${text(rewrite.path)},"host":${text(rewrite.host)}}` : 'null';
  return (
    `{"listener":${name(listener)},"virtualHost":${name(virtualHost)},"route":${route ? routeOf(route) : 'null'},` +
    `"cluster":${name(cluster)},"rewrite":${seen},"timeoutMs":${timeoutMs}}`
  );
}

function shareOf(share: Decision['clusters'][number]): string {
  return `{"name":${name(share.name)},"weight":${share.weight}}`;
}

const routeOf = memoize(({ name, index, pointer }: RouteAt) => JSON.stringify({ name, index, pointer }));

function text(value: string | null): string {
  return value === null ? 'null' : JSON.stringify(value);
}

/** The same of a name in the configuration: there are few, and each stands in many decisions. */
function name(value: string | null): string {
  if (value === null) return 'null';
  const known = names.get(value);
  if (known !== undefined) return known;
  const written = JSON.stringify(value);
  if (names.size < mostNames) names.set(value, written);
  return written;
}

const names = new Map<string, string>();
const mostNames = 10_000;

/** The fields of a decision that are not as a request expects them. */
export function unmet({ decision }: Decided, expect: Readonly<Record<string, unknown>>): readonly string[] {
  const got: Readonly<Record<string, unknown>> = JSON.parse(`{${fieldsOf(decision)}}`);
  return Object.entries(expect)
    .filter(([field, wanted]) => !covers(got[field], wanted))
    .map(([field, wanted]) => `${field} is ${JSON.stringify(got[field] ?? null)}, expected ${JSON.stringify(wanted)}`);
}

/** True when a value has all that is expected of it; objects and lists may hold more members than are named. */
function covers(got: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return got === wanted;
  if (typeof got !== 'object' || got === null) return false;
  const held = new Map(Object.entries(got));
  return Object.entries(wanted).every(([key, value]) => covers(held.get(key), value));
}
