import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asObject, asText, type JsonObject } from '../../../src/lib/json.ts';
import type { ApiServer } from './api-server.ts';
import { apply } from './apply.ts';
import { connect, type KubeClient } from './client.ts';

/** What a user may do, as a Role holds it. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** A user with few rights. */
export interface RestrictedUser {
  readonly kubeconfig: string;
  readonly client: KubeClient;
  /** Its name in the audit log. */
  readonly name: string;
}

/** What a user shall be. */
export interface UserOptions {
  readonly name: string;
  /** Where its ServiceAccount lives; must exist. */
  readonly namespace?: string;
  readonly rules: readonly PolicyRule[];
  /** The only namespace the rules hold in; without it they hold in all (a ClusterRole). */
  readonly within?: string;
}

const rbac = 'rbac.authorization.k8s.io';

/** A ServiceAccount with these rights, and a kubeconfig that holds its token. */
export async function addUser(cluster: ApiServer, options: UserOptions): Promise<RestrictedUser> {
  const { name, rules, within, namespace = 'default' } = options;
  const { client } = cluster;
  await apply(client, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } });
  const kind = within === undefined ? 'ClusterRole' : 'Role';
  const metadata = { name, ...(within === undefined ? {} : { namespace: within }) };
  await apply(client, { apiVersion: `${rbac}/v1`, kind, metadata, rules });
  await apply(client, {
    apiVersion: `${rbac}/v1`,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: rbac, kind, name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  return asServiceAccount(cluster, namespace, name);
}

/** A ServiceAccount that is there, and a kubeconfig that holds its token. */
export async function asServiceAccount(cluster: ApiServer, namespace: string, name: string): Promise<RestrictedUser> {
  const { client } = cluster;
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } };
  const answer = await client.must(path, { method: 'POST', body: request });
  const kubeconfig = join(cluster.folder, `kubeconfig-${name}`);
  const token = asText(asObject(answer.status).token) ?? '';
  await writeFile(kubeconfig, JSON.stringify(tokenKubeconfig(client, name, token)), { mode: 0o600 });
  const restricted = await connect(kubeconfig);
  return { kubeconfig, client: restricted, name: `system:serviceaccount:${namespace}:${name}` };
}

function tokenKubeconfig({ server, ca }: KubeClient, name: string, token: string): JsonObject {
  const data = Buffer.from(ca).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lab', cluster: { server, 'certificate-authority-data': data } }],
    users: [{ name, user: { token } }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: name, namespace: 'default' } }],
    'current-context': 'lab',
  };
}
