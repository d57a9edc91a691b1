import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CopyPlace, copyPlaceOf } from '../agent/copy-place.ts';
import { currentContext } from '../collect/kubernetes/request.ts';
import { emptyRequest } from '../collect/request.ts';
import { Failure } from './failure.ts';
import { parsePort } from './live-options.ts';
import { duration, list } from './source-options.ts';

/** The flags of `agent` that `install` writes into its manifests too. */
export interface AgentFlags {
  readonly mode: 'daemonset' | 'deployment';
  readonly interval: number;
  readonly onlyNamespace?: string;
  readonly via: 'auto' | 'port-forward' | 'direct';
  readonly adminPort: number;
  readonly maxPods: number;
  readonly maxCall: number;
  readonly listen: Listen;
  readonly adminProxy?: number | 'off';
  readonly events: boolean;
  readonly logs: boolean;
  readonly nodeLogs?: string | true;
  readonly rescueCopies?: string;
  readonly cluster?: string;
  readonly rule: readonly string[];
  readonly skipRule: readonly string[];
  readonly cloudwatch: 'off' | 'put' | 'emf';
  readonly cloudwatchProfile: 'off' | 'alarms' | 'routes' | 'all';
  readonly maxSeries: number;
  readonly spool?: string;
  readonly otlp?: string;
}

/** Where the agent is heard. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** Adds them. */
export function addAgentOptions(command: Command): Command {
  return command
    .optionsGroup('Agent:')
    .addOption(
      new Option('--mode <mode>', 'daemonset: the pods of its node; deployment: the gateways that fall to it')
        .choices(['daemonset', 'deployment'])
        .default('daemonset'),
    )
    .addOption(duration('--interval <time>', 'between two looks', 60_000, '60s'))
    .option('--only-namespace <name>', 'only gateways of this namespace')
    .addOption(
      new Option('--via <way>', 'how Envoys are reached')
        .choices(['auto', 'port-forward', 'direct'])
        .default(currentContext.via),
    )
    .addOption(
      new Option('--admin-port <number>', 'of the Envoys in pods')
        .argParser(parsePort)
        .default(currentContext.adminPort),
    )
    .addOption(
      new Option('--max-pods <number>', 'Envoys that one agent reads')
        .argParser(parseCount)
        .default(currentContext.maxPods),
    )
    .addOption(duration('--max-call <time>', "no longer than this is an Envoy's main thread blocked", 300, '300ms'))
    .addOption(
      new Option('--listen <address>', '/healthz, /readyz and /metrics are served there')
        .argParser(parseListen)
        .default({ host: '0.0.0.0', port: 9902 }, '0.0.0.0:9902'),
    )
    .addOption(
      new Option(
        '--admin-proxy <port>',
        'pages of Envoys for --via agent are served there, on loopback: a port, or off (else 9903 in a pod)',
      ).argParser(parseProxy),
    )
    .option('--no-logs', 'do not follow the logs of gateway pods: nothing is told of routes')
    .option(
      '--node-logs [folder]',
      "with a DaemonSet: read the node's log files instead of asking the API server; needs root and a hostPath (else /var/log/pods)",
    )
    .option('--no-events', 'write no Kubernetes Events')
    .addOption(
      new Option(
        '--rescue-copies <place>',
        'keep copies of frozen gateways, whole, in a folder, s3://BUCKET/PREFIX or configmap: keep it like a key',
      ).argParser(parsePlace),
    )
    .option('--cluster <name>', "the cluster's name in metrics (else that of the context)")
    .addOption(list('--rule <id>', 'run only this rule'))
    .addOption(list('--skip-rule <id>', 'leave this rule out'))
    .optionsGroup('Metrics:')
    .addOption(
      new Option('--cloudwatch <way>', 'put: PutMetricData; emf: on stdout, for a log agent; costs money')
        .choices(['off', 'put', 'emf'])
        .default('off'),
    )
    .addOption(
      new Option('--cloudwatch-profile <name>', 'how much goes to CloudWatch')
        .choices(['off', 'alarms', 'routes', 'all'])
        .default('alarms'),
    )
    .addOption(
      new Option('--max-series <number>', 'never more series than this in CloudWatch')
        .argParser(parseCount)
        .default(2000),
    )
    .option('--spool <folder>', 'where minutes wait that CloudWatch does not take (install: with put, a volume)')
    .option('--otlp <url>', 'send metrics there too: http://collector:4318/v1/metrics');
}

/** Adds what only the running agent takes. */
export function addRunningOptions(command: Command): Command {
  return command
    .option('--cost', 'only print what each profile would cost a month in CloudWatch', false)
    .option('--node <name>', 'the node whose pods it counts (else NODE_NAME)')
    .option('--name <name>', 'its own name (else POD_NAME, else that of the machine)')
    .option('--lease-namespace <name>', 'where its Leases lie (else POD_NAMESPACE, else that of the context)')
    .option('--lease-name <name>', 'what its Lease is called', 'meshdoctor-agent')
    .option('--kubeconfig <file>', 'the kubeconfig (else as kubectl finds it, or that of the pod)')
    .option('--context <name>', 'the context of the kubeconfig')
    .addOption(duration('--request-timeout <time>', 'for one call', emptyRequest.requestTimeoutMs, '20s'));
}

/** Adds what `install` takes beside them. */
export function addInstallOptions(command: Command): Command {
  return command
    .optionsGroup('Manifests:')
    .option('-n, --namespace <name>', 'where the agent is installed', 'meshdoctor')
    .option('--image <name>', 'its image (else as the Dockerfile here makes it)')
    .option(
      '--rescue-claim <name>',
      'the PersistentVolumeClaim that --rescue-copies lies on (else it ends with the pod)',
    )
    .option('--role-arn <arn>', 'the IAM role of its ServiceAccount (IRSA)')
    .addOption(
      new Option('-o, --output <format>', 'manifests, or the IAM policy').choices(['yaml', 'iam']).default('yaml'),
    );
}

function parseListen(text: string): Listen {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]*)):(\d+)$/i.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65535) throw new InvalidArgumentError('an address is HOST:PORT, :PORT or [IPV6]:PORT');
  return { host: match[1] ?? (match[2] || '0.0.0.0'), port };
}

function parsePlace(text: string): string {
  const place = copyPlaceOf(text);
  if (typeof place === 'string') throw new InvalidArgumentError(place);
  return text;
}

/** Where the flag says that rescue copies are kept; null: nowhere. */
export function rescuePlace({ rescueCopies }: Pick<AgentFlags, 'rescueCopies'>): CopyPlace | null {
  const place = rescueCopies === undefined ? null : copyPlaceOf(rescueCopies);
  return typeof place === 'string' ? null : place;
}

/** Why CloudWatch is not told of a cluster that has no name. */
export const nameless =
  'with --cloudwatch give --cluster NAME: a pod does not know it, and metrics of several clusters would be one';

/** Where a kubelet keeps the logs of its pods (`--pod-logs-dir`). */
export const usualNodeLogs = '/var/log/pods';

/** The folder that `--node-logs` names; null: the API server is asked. */
export function nodeLogsFolder({ mode, logs, nodeLogs }: AgentFlags): string | null {
  if (nodeLogs === undefined) return null;
  if (mode !== 'daemonset') throw new Failure('--node-logs is for --mode daemonset: it reads the logs of one node', 2);
  if (!logs) throw new Failure('--node-logs and --no-logs contradict each other', 2);
  return nodeLogs === true ? usualNodeLogs : nodeLogs;
}

/** Where the proxy listens in a pod that is told nothing else. */
export const usualProxyPort = 9903;

function parseProxy(text: string): number | 'off' {
  if (text === 'off') return text;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new InvalidArgumentError('a port, or off');
  return port;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('a number from 1 on');
  return count;
}
