import type { Explained, Unexplained } from '../routing/explained.ts';
import type { Decision } from '../routing/match/decision.ts';

/** A decision as machines read it, on one line; `steps` only where they were asked for. */
export function decisionJson(explained: Explained | Unexplained, withSteps: boolean): string {
  if ('error' in explained) return JSON.stringify(explained);
  const { id, method, url, decision, steps, by, way, notes, endpoints, desired, differs, replicas } = explained;
  const told = withSteps
    ? {
        by,
        way,
        notes,
        endpoints,
        steps: steps.map(({ stage, object, verdict, clause, reason, place }) => {
          const origin = place ? explained.objects[`${place.document} ${place.pointer}`] : undefined;
          const edit = origin && { file: origin.file, line: origin.line, grade: origin.grade, assumed: origin.notes };
          return { stage, object: origin?.object ?? object, verdict, clause, reason, ...edit };
        }),
      }
    : {};
  return JSON.stringify({
    id,
    method,
    url,
    ...plain(decision),
    desired: desired && plain(desired),
    differs,
    // Only where replicas disagree, so that a file of answers stays small.
    ...(replicas.length > 0
      ? {
          replicas: [
            { envoys: by.envoys, differs: [], ...plain(decision) },
            ...replicas.map((one) => ({ envoys: one.envoys, differs: one.differs, ...plain(one.decision) })),
          ],
        }
      : {}),
    ...told,
  });
}

function plain(decision: Decision): Record<string, unknown> {
  const { outcome, hops, cluster, clusters, location, status, grpcStatus, responseFlag, unknown, candidates, why } =
    decision;
  return {
    outcome,
    // Written out field by field: a file of requests has millions of these.
    hops: hops.map(({ listener, virtualHost, route, cluster: to, rewrite, timeoutMs }) => ({
      listener,
      virtualHost,
      route: route && { name: route.name, index: route.index, pointer: route.pointer },
      cluster: to,
      rewrite,
      timeoutMs,
    })),
    cluster,
    clusters,
    location,
    status,
    grpcStatus,
    responseFlag,
    unknown,
    candidates: candidates.map(plain),
    why,
  };
}

/** The fields of a decision that are not as a request expects them. */
export function unmet(explained: Explained, expect: Readonly<Record<string, unknown>>): readonly string[] {
  const got = plain(explained.decision);
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
