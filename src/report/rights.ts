/** A right as it is printed: structural, so that the table itself stays where it is used. */
interface PrintedRight {
  readonly verbs: readonly string[];
  readonly group: string;
  readonly resource: string;
  readonly namespaced: boolean;
  readonly why: string;
  readonly lost: string;
}

/** An action asked of AWS as it is printed. */
interface PrintedAction {
  readonly action: string;
  readonly why: string;
  readonly lost: string;
}

/**
 * The rights as manifests that can be applied as they are, each line with what it is for and what is lost without it. With
 * a namespace, what lies in namespaces becomes a Role of that one. The IAM policy stands in a comment.
 */
export function rightsYaml(
  rights: readonly PrintedRight[],
  actions: readonly PrintedAction[],
  namespace: string | null,
): string {
  const scoped = namespace === null ? [] : rights.filter(({ namespaced }) => namespaced);
  const wide = rights.filter((right) => !scoped.includes(right));
  const parts = [
    ...(wide.length > 0 ? [roleOf('ClusterRole', null, wide)] : []),
    ...(scoped.length > 0 ? [roleOf('Role', namespace, scoped)] : []),
  ];
  return `${parts.join('---\n')}${policyComment(actions)}`;
}

function roleOf(kind: string, namespace: string | null, rights: readonly PrintedRight[]): string {
  const lines = [
    'apiVersion: rbac.authorization.k8s.io/v1',
    `kind: ${kind}`,
    'metadata:',
    '  name: meshdoctor',
    ...(namespace === null ? [] : [`  namespace: ${namespace}`]),
    'rules:',
    ...rights.flatMap(({ group, resource, verbs, why, lost }) => [
      `  # ${why}; without it: ${lost}`,
      `  - apiGroups: [${JSON.stringify(group)}]`,
      `    resources: [${resource}]`,
      `    verbs: [${verbs.join(', ')}]`,
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function policyComment(actions: readonly PrintedAction[]): string {
  if (actions.length === 0) return '';
  const policy = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions.map(({ action }) => action), Resource: '*' }],
  };
  const lines = [
    'IAM policy, only where AWS is asked (--aws, --xray):',
    ...actions.map(({ action, why, lost }) => `${action}: ${why}; without it: ${lost}`),
    ...JSON.stringify(policy, null, 2).split('\n'),
  ];
  return `${lines.map((line) => `# ${line}`).join('\n')}\n`;
}

/** The rights as a table for people. */
export function rightsTable(rights: readonly PrintedRight[], actions: readonly PrintedAction[]): string {
  const rows = [
    ...rights.map((right) => [`${right.verbs.join(',')} ${rightName(right)}`, right.why, right.lost] as const),
    ...actions.map(({ action, why, lost }) => [action, why, lost] as const),
  ];
  const width = Math.max(...rows.map(([right]) => right.length));
  const lines = rows.flatMap(([right, why, lost]) => [
    `${right.padEnd(width)}  ${why}`,
    `${''.padEnd(width)}  without it: ${lost}`,
  ]);
  return `${lines.join('\n')}\n\nNothing is written, and neither Secrets nor ConfigMaps are read.\n`;
}

/** `gatewayroutes.appmesh.k8s.aws`, `pods/portforward`. */
export function rightName({ group, resource }: Pick<PrintedRight, 'group' | 'resource'>): string {
  return group === '' ? resource : `${resource}.${group}`;
}
