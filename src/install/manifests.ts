import type { GrantedRight, InstallOptions } from './options.ts';
import { podSpec } from './pod.ts';

/** A Kubernetes object as it is written. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** What everything of the agent is called. */
const name = 'meshdoctor-agent';
const labels = { 'app.kubernetes.io/name': 'meshdoctor', 'app.kubernetes.io/component': 'agent' };
const rbac = 'rbac.authorization.k8s.io';

/** Everything that is installed, in the order in which it can be applied. */
export function manifestsOf(options: InstallOptions): readonly Manifest[] {
  const { namespace, roleArn, nodeLogs } = options;
  // Folders of the node, and root, are forbidden below that.
  const level = nodeLogs === null ? 'restricted' : 'privileged';
  const own = { name, namespace, labels };
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      // No label of App Mesh: its webhook would put an Envoy into the agent's pods, or refuse them once it is gone.
      metadata: {
        name: namespace,
        labels: {
          'app.kubernetes.io/name': 'meshdoctor',
          'pod-security.kubernetes.io/enforce': level,
          'pod-security.kubernetes.io/warn': level,
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { ...own, ...(roleArn === null ? {} : { annotations: { 'eks.amazonaws.com/role-arn': roleArn } }) },
    },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name, labels }, rules: rulesOf(options.rights) },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name, labels },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects,
    },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: own, rules: rulesOf(options.ownRights) },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: own,
      roleRef: { apiGroup: rbac, kind: 'Role', name },
      subjects,
    },
    workloadOf(options, own),
  ];
}

function workloadOf(options: InstallOptions, metadata: Manifest['metadata']): Manifest {
  const template = {
    metadata: {
      labels,
      annotations: {
        'appmesh.k8s.aws/sidecarInjectorWebhook': 'disabled',
        'prometheus.io/scrape': 'true',
        'prometheus.io/port': String(options.port),
      },
    },
    spec: podSpec(options, name, labels),
  };
  const selector = { matchLabels: labels };
  if (options.mode === 'deployment') {
    return { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas: 2, selector, template } };
  }
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata, spec: { selector, template } };
}

/** Resources of one group and with the same verbs stand in one rule. */
function rulesOf(rights: readonly GrantedRight[]): readonly unknown[] {
  const rules = new Map<string, { apiGroups: string[]; resources: string[]; verbs: readonly string[] }>();
  for (const { group, resource, verbs } of rights) {
    const key = `${group} ${verbs.join()}`;
    const rule = rules.get(key) ?? { apiGroups: [group], resources: [], verbs };
    rule.resources.push(resource);
    rules.set(key, rule);
  }
  return [...rules.values()];
}
