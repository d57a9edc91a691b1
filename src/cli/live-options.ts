import { accessSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseLabelQuery } from '../collect/kubernetes/label-query.ts';
import { currentContext, type LiveRequest } from '../collect/kubernetes/request.ts';
import type { Named } from './gateway-names.ts';

/** The flags of the live cluster as commander delivers them. */
export interface LiveFlags {
  /** What TYPE/NAME arguments and `--gateway` named. */
  readonly named?: Named;
  /** `--gateway`, of the verbs that take one; `named` may hold it too. */
  readonly gateway?: string;
  readonly live: boolean;
  readonly kubeconfig?: string;
  readonly context: readonly string[];
  readonly namespace?: string;
  readonly allNamespaces: boolean;
  readonly selector?: string;
  readonly as?: string;
  readonly via: LiveRequest['via'];
  readonly adminPort: number;
  readonly maxPods: number;
  readonly targets: boolean;
}

/** The flags where none is given. */
export const noLiveFlags: LiveFlags = {
  live: false,
  context: [],
  allNamespaces: false,
  via: currentContext.via,
  adminPort: currentContext.adminPort,
  maxPods: currentContext.maxPods,
  targets: false,
};

/** Adds the flags that choose a cluster and the way to its Envoys; `list` makes an option that may be given many times. */
export function addLiveOptions(command: Command, list: (flags: string, description: string) => Option): Command {
  return command
    .option('--live', 'the live cluster: the current context of the kubeconfig', false)
    .option('--kubeconfig <file>', 'the kubeconfig (else as kubectl finds it)')
    .addOption(list('--context <name>', 'a context of the kubeconfig'))
    .option('-n, --namespace <name>', 'namespace that is reported; and of manifests that name none (else default)')
    .option('-A, --all-namespaces', 'report every namespace', false)
    .addOption(new Option('-l, --selector <query>', 'only gateways with these labels').argParser(parseQuery))
    .option('--as <user>', 'impersonate this user')
    .addOption(
      new Option('--via <way>', 'how the Envoys of gateways are reached')
        .choices(['auto', 'agent', 'port-forward', 'direct'])
        .default(currentContext.via),
    )
    .addOption(
      new Option('--admin-port <number>', 'of the Envoys in pods')
        .argParser(parsePort)
        .default(currentContext.adminPort),
    )
    .addOption(
      new Option('--max-pods <number>', 'Envoys of pods that are read')
        .argParser(parseCount)
        .default(currentContext.maxPods),
    )
    .option('--targets', 'also the Envoys of target pods that are not ready', false);
}

/** The cluster that the flags name; null where they name none. */
export function liveFrom(flags: LiveFlags): LiveRequest | null {
  return flags.live || flags.context.length > 0 ? anyLive(flags) : null;
}

/** The cluster the flags would name if they named one. */
export function anyLive(flags: LiveFlags): LiveRequest {
  return {
    kubeconfig: flags.kubeconfig ?? null,
    contexts: flags.context,
    namespace: flags.namespace ?? namespaceOf(flags.named?.gateways[0] ?? flags.gateway),
    allNamespaces: flags.allNamespaces,
    selector: flags.selector ?? null,
    gateways: [...(flags.named?.gateways ?? []), ...(flags.named?.pods ?? [])],
    as: flags.as ?? null,
    via: flags.via,
    adminPort: flags.adminPort,
    maxPods: flags.maxPods,
    targets: flags.targets,
  };
}

/** `--gateway NS/NAME` says the namespace too. */
function namespaceOf(gateway = ''): string | null {
  return gateway.includes('/') ? gateway.slice(0, gateway.indexOf('/')) : null;
}

/** Whether there is a cluster to fall back on where nothing is named: never in CI, where a file was meant. */
export function hasDefaultCluster({ kubeconfig }: LiveFlags): boolean {
  if (process.env.CI === 'true') return false;
  if (kubeconfig !== undefined || process.env.KUBECONFIG) return true;
  return [join(homedir(), '.kube', 'config'), '/var/run/secrets/kubernetes.io/serviceaccount/token'].some(exists);
}

function exists(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}

/** A port number. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new InvalidArgumentError('a port is 1 to 65535');
  return port;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('a number from 1 on');
  return count;
}

function parseQuery(text: string): string {
  const query = parseLabelQuery(text);
  if (typeof query === 'string') throw new InvalidArgumentError(query);
  return text;
}
