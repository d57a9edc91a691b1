import type { Evidence } from '../../snapshot/evidence.ts';
import type { ObjectRef } from '../../snapshot/object.ts';
import type { Model } from '../model.ts';

/** A right that somebody lacks. */
export interface Denial {
  /** Whose: the Event's object, or what was to be read. */
  readonly ref: ObjectRef;
  readonly who: string;
  readonly verb: string;
  readonly resource: string;
  /** Empty for the core group. */
  readonly group: string;
  /** Null for the whole cluster. */
  readonly namespace: string | null;
  readonly evidence: Evidence;
}

/** The API server's own words (k8s.io/apiserver: Forbidden, with the reason of RBAC). */
const rbac =
  /User "([^"]+)" cannot (\w+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)"| at the cluster scope)?/;
/** How a source of this tool names the right it was refused: `not allowed: list pods in namespace shop`. */
const own = /not allowed: (\w+) ([a-z0-9/.-]+)(?: in namespace ([a-z0-9-]+))?/;

/** What this tool itself was refused, by the coverage it could not reach. */
export function ownDenials({ snapshot }: Model): readonly Denial[] {
  return snapshot.coverage.flatMap((entry, index) => {
    if (entry.state === 'listed' || entry.subject.type !== 'objects') return [];
    const right = readRight(entry.reason);
    if (!right) return [];
    const { kind, namespace } = entry.subject;
    const evidence: Evidence = {
      source: 'coverage',
      document: 'coverage',
      pointer: `/${index}`,
      value: entry,
      note: entry.reason,
    };
    const ref = { apiVersion: '', kind: 'Kind', namespace: namespace === '*' ? null : namespace, name: kind };
    return [{ ref, ...right, evidence }];
  });
}

function readRight(reason: string): Omit<Denial, 'ref' | 'evidence'> | null {
  const said = rbac.exec(reason);
  if (said) {
    const [, who = '', verb = '', resource = '', group = '', namespace] = said;
    return { who, verb, resource, group, namespace: namespace ?? null };
  }
  const short = own.exec(reason);
  if (!short) return null;
  const [, verb = '', written = '', namespace] = short;
  const dot = written.indexOf('.');
  const resource = dot < 0 ? written : written.slice(0, dot);
  return {
    who: 'meshdoctor',
    verb,
    resource,
    group: dot < 0 ? '' : written.slice(dot + 1),
    namespace: namespace ?? null,
  };
}

/** What controllers were refused, by Events that say so. */
export function eventDenials(model: Model): readonly Denial[] {
  return model.platform.events.flatMap((event) => {
    const said = rbac.exec(event.message);
    if (!said) return [];
    const [, who = '', verb = '', resource = '', group = '', namespace] = said;
    const { kind, name } = event.about;
    const ref = { apiVersion: '', kind, namespace: event.about.namespace || null, name };
    return [{ ref, who, verb, resource, group, namespace: namespace ?? null, evidence: event.at('message') }];
  });
}

/** An IAM action that AWS refused this tool. */
export interface AwsDenial {
  readonly ref: ObjectRef;
  readonly action: string;
  readonly evidence: Evidence;
}

/** What AWS refused this tool. */
export function awsDenials({ cloudWatch }: Model): readonly AwsDenial[] {
  return (cloudWatch?.refused ?? []).map(({ place, action, message }) => ({
    ref: { apiVersion: '', kind: 'IAMAction', namespace: null, name: action },
    action,
    evidence: { source: 'aws', ...place, value: { action, message }, note: `${action}: ${message}` },
  }));
}
