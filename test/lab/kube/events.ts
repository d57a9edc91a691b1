import { asObject, type JsonObject } from '../../../src/lib/json.ts';
import { apply, nameOf, namespaceOf } from './apply.ts';
import type { KubeClient } from './client.ts';

/** What a component said of an object. */
export interface Said {
  readonly reason: string;
  readonly message: string;
  /** Who says it: `kubelet`, or the App Mesh controller's name of a kind. */
  readonly component: string;
  readonly type?: 'Normal' | 'Warning';
  /** The same, said again and again, is one Event with a count. */
  readonly count?: number;
}

const SINCE_MS = 60_000;

/** Writes the Event of a stored object; those of cluster-scoped objects lie in `default`, as the controller's do. */
export async function addEvent(client: KubeClient, about: JsonObject, said: Said): Promise<JsonObject> {
  const namespace = namespaceOf(about) || 'default';
  const { uid, resourceVersion } = asObject(about.metadata);
  const now = new Date();
  const first = (said.count ?? 1) > 1 ? new Date(now.getTime() - SINCE_MS) : now;
  const time = (date: Date): string => date.toISOString().replace(/\.\d+Z$/, 'Z');
  return apply(client, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${nameOf(about)}.${now.getTime().toString(16)}${said.reason.toLowerCase()}`, namespace },
    involvedObject: {
      ...{ apiVersion: about.apiVersion, kind: about.kind, name: nameOf(about), uid, resourceVersion },
      ...(namespaceOf(about) === '' ? {} : { namespace }),
    },
    reason: said.reason,
    message: said.message,
    source: { component: said.component },
    type: said.type ?? 'Warning',
    firstTimestamp: time(first),
    lastTimestamp: time(now),
    count: said.count ?? 1,
  });
}
