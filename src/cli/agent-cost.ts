import { costLines, type Fleet } from '../export/cost.ts';
import { openCluster } from '../collect/kubernetes/cluster.ts';
import { listAll } from '../collect/kubernetes/list.ts';
import { asObject, type JsonObject } from '../lib/json.ts';
import type { AgentFlags } from './agent-options.ts';
import { Failure } from './failure.ts';
import { withProgress } from './progress.ts';
import { writeOut } from './report-options.ts';

const timeMs = 60_000;

/** The cluster whose gateways are counted, and what of the agent's flags changes the price. */
interface CostFlags extends Pick<AgentFlags, 'onlyNamespace' | 'mode' | 'maxSeries' | 'cloudwatch'> {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly requestTimeout: number;
}

/** `meshdoctor agent --cost`: counts gateways, routes and agents of the cluster, and prints what each profile costs a month. */
export async function printCost(flags: CostFlags): Promise<void> {
  const { kubeconfig = null, context = null, requestTimeout } = flags;
  const signal = AbortSignal.timeout(timeMs);
  const cluster = await openCluster({ kubeconfig, context, as: null, requestTimeoutMs: requestTimeout, signal });
  if (typeof cluster === 'string') throw new Failure(`--cost counts the gateways of a cluster: ${cluster}`, 3);
  try {
    const listed = async (path: string): Promise<readonly JsonObject[]> => {
      const { state, items, reason } = await listAll(cluster, path, signal);
      if (state !== 'listed') throw new Failure(`--cost counts what a cluster has: ${path}: ${reason || state}`, 3);
      return items;
    };
    const count = async (path: string): Promise<number> => (await listed(path)).length;
    const mesh = `/apis/appmesh.k8s.aws/v1beta2${flags.onlyNamespace ? `/namespaces/${flags.onlyNamespace}` : ''}`;
    const counting = async (): Promise<Fleet> => ({
      gateways: await count(`${mesh}/virtualgateways`),
      routes: await count(`${mesh}/gatewayroutes`),
      targets: await count(`${mesh}/virtualnodes`),
      agents:
        flags.mode === 'daemonset'
          ? Math.max(1, (await listed('/api/v1/nodes')).filter(takesDaemons).length)
          : deploymentReplicas,
      maxSeries: flags.maxSeries,
      put: flags.cloudwatch !== 'emf',
    });
    const fleet = await withProgress('counting what the cluster has', counting());
    const { gateways, routes, agents } = fleet;
    const head = `CloudWatch, a month: ${gateways} gateways, ${routes} routes, ${agents} agents of cluster ${cluster.name}`;
    await writeOut(`${[head, ...costLines(fleet)].join('\n')}\n`);
  } finally {
    cluster.close();
  }
}

/** As `install` makes the DaemonSet. */
function takesDaemons({ metadata }: JsonObject): boolean {
  return asObject(asObject(metadata).labels)['eks.amazonaws.com/compute-type'] !== 'fargate';
}

/** As `install` makes the Deployment. */
const deploymentReplicas = 2;
