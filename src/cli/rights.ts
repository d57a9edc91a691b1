import type { CheckedRight } from '../collect/kubernetes/check-rights.ts';
import { awsRights, type NeedingVerb, type Right, rightsOf } from '../collect/kubernetes/rights.ts';
import { rightName, rightsTable, rightsYaml } from '../report/rights.ts';
import { Failure } from './failure.ts';
import { withProgress } from './progress.ts';
import { writeOut } from './report-options.ts';

/** The flags of `rights`. */
export interface RightsFlags {
  readonly output: 'terminal' | 'yaml';
  readonly check: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly as?: string;
  readonly requestTimeout: number;
}

/** The verbs of ours that read a cluster. */
export const needingVerbs: readonly NeedingVerb[] = ['diagnose', 'explain', 'collect', 'status', 'rescue', 'logs'];

/** `meshdoctor rights [VERB]`: what is needed, as a table or as manifests; `--check` asks the API server what is given. */
export async function showRights(verb: string | undefined, flags: RightsFlags): Promise<void> {
  const wanted = needingVerbs.find((known) => known === verb) ?? null;
  if (verb !== undefined && wanted === null) {
    throw new Failure(`no verb ${verb} reads a cluster: ${needingVerbs.join(', ')} do`, 2);
  }
  const rights = rightsOf(wanted);
  if (flags.check) return check(rights, flags);
  const actions = wanted === null || wanted === 'diagnose' ? awsRights : [];
  const yaml = flags.output === 'yaml';
  await writeOut(yaml ? rightsYaml(rights, actions, flags.namespace ?? null) : rightsTable(rights, actions));
}

async function check(rights: readonly Right[], flags: RightsFlags): Promise<void> {
  const [{ openCluster }, { checkRights }] = await Promise.all([
    import('../collect/kubernetes/cluster.ts'),
    import('../collect/kubernetes/check-rights.ts'),
  ]);
  const cluster = await openCluster({
    kubeconfig: flags.kubeconfig ?? null,
    context: flags.context ?? null,
    as: flags.as ?? null,
    requestTimeoutMs: flags.requestTimeout,
    signal: AbortSignal.timeout(60_000),
  });
  if (typeof cluster === 'string') throw new Failure(`the rights could not be checked: ${cluster}`, 3);
  const namespace = flags.namespace ?? cluster.namespace;
  const checked = await withProgress('asking the API server', checkRights(cluster, rights, namespace));
  cluster.close();
  const width = Math.max(...checked.map(({ verb, right }) => `${verb} ${rightName(right)}`.length));
  const lines = checked.map((one) => lineOf(one, width, namespace));
  await writeOut(`${cluster.name}, namespace ${namespace}\n${lines.join('\n')}\n`);
  process.exitCode = codeOf(checked);
}

function lineOf({ right, verb, granted }: CheckedRight, width: number, namespace: string): string {
  const what = `${verb} ${rightName(right)}`.padEnd(width);
  if (granted === 'yes') return `yes  ${what}`;
  if (granted === 'namespace')
    return `yes  ${what}  in namespace ${namespace} alone: what lies elsewhere stays unknown`;
  if (granted === 'no') return `no   ${what}  lost: ${right.lost}`;
  return `?    ${what}  ${granted.unknown}`;
}

function codeOf(checked: readonly CheckedRight[]): number {
  if (checked.some(({ granted }) => granted === 'no')) return 1;
  return checked.some(({ granted }) => typeof granted === 'object') ? 3 : 0;
}
