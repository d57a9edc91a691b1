import type { Fix } from '../../src/diagnose/finding.ts';
import { asList, asObject, asText, asTextMap, isObject } from '../../src/lib/json.ts';
import type { KubernetesObject } from '../../src/snapshot/object.ts';
import { type Kubectl, readKubectl, shellWords } from './kubectl.ts';

const workloadKinds = ['deployment', 'statefulset', 'daemonset', 'replicaset'];

/** The workloads and pods of App Mesh gateways, found without the code under test: `kind namespace/name`. */
export function gatewayThings(objects: readonly KubernetesObject[]): ReadonlySet<string> {
  const things = new Set<string>();
  const gateways = objects.filter(({ ref }) => ref.kind === 'VirtualGateway');
  for (const { ref, body } of objects) {
    const kind = ref.kind.toLowerCase();
    const template = asObject(asObject(body.spec).template);
    const of = kind === 'pod' ? body : workloadKinds.includes(kind) ? template : null;
    if (!of) continue;
    const labels = asTextMap(asObject(of.metadata).labels);
    const selected = gateways.some((gateway) => {
      const { podSelector } = asObject(gateway.body.spec);
      if (!isObject(podSelector) || gateway.ref.namespace !== ref.namespace) return false;
      return Object.entries(asObject(podSelector.matchLabels)).every(([key, value]) => labels[key] === value);
    });
    if (selected) things.add(`${kind} ${ref.namespace}/${ref.name}`);
  }
  return things;
}

/** Why a fix would harm a frozen gateway, or is no command that anybody could type; null where it is harmless. */
export function harmOf(fix: Fix, things: ReadonlySet<string>): string | null {
  if (fix.restarts === 'gateway')
    return fix.command || fix.patch ? 'it restarts the gateway and carries a command' : null;
  const { patch } = fix;
  if (patch) {
    const { kind, namespace, name } = patch.target;
    const harm = patchHarm({ kind: kind.toLowerCase(), name }, namespace, patch.type, patch.patch, things, fix);
    if (harm) return harm;
  }
  if (fix.command === undefined) return null;
  try {
    if (shellWords(fix.command)[0] === 'meshdoctor') return null;
    return commandHarm(readKubectl(fix.command), things, fix);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function commandHarm(
  { namespace, verb, targets, patch, flags }: Kubectl,
  things: ReadonlySet<string>,
  fix: Fix,
): string | null {
  for (const target of targets) {
    const isGateways = things.has(`${target.kind} ${namespace}/${target.name}`);
    if (verb === 'delete' && !target.kind.endsWith('webhookconfiguration')) return `it deletes a ${target.kind}`;
    if (verb === 'label' && isGateways) return 'a label decides which Service and ReplicaSet a pod belongs to';
    if (verb === 'create' && (target.kind !== 'poddisruptionbudget' || flags['max-unavailable'] !== '0')) {
      return 'it creates what is no strict budget';
    }
    if (verb !== 'patch') continue;
    const harm = patchHarm(target, namespace, flags.type ?? '', patch, things, fix);
    if (harm) return harm;
  }
  return null;
}

function patchHarm(
  { kind, name }: { readonly kind: string; readonly name: string },
  namespace: string | null,
  type: string,
  patch: unknown,
  things: ReadonlySet<string>,
  fix: Fix,
): string | null {
  const paths = type === 'json' ? jsonPaths(patch) : mergePaths(patch, '');
  const touches = (part: string): boolean =>
    paths.some((path) => path === part || path.startsWith(`${part}/`) || part.startsWith(`${path}/`) || path === '');
  const isGateways = things.has(`${kind} ${namespace}/${name}`);
  const restarts = workloadKinds.includes(kind) && (touches('/spec/template') || touches('/spec/replicas'));
  if (isGateways && restarts) return 'it touches the pod template or the number of pods of a frozen gateway';
  if (isGateways && kind === 'pod') return 'it patches a pod of a frozen gateway';
  if (restarts && fix.restarts !== 'target') return 'it rolls a workload out and says that it restarts nothing';
  const sizes = kind === 'horizontalpodautoscaler' && (touches('/spec/minReplicas') || touches('/spec/maxReplicas'));
  if (sizes) return 'it may scale';
  if (kind === 'poddisruptionbudget' && asObject(asObject(patch).spec).maxUnavailable !== 0)
    return 'it loosens a budget';
  return kind === 'nodepool' || kind === 'nodeclaim' ? 'a changed NodePool makes its nodes drift' : null;
}

/** Where a JSON patch writes: each operation's path, and where `move` takes away. */
function jsonPaths(patch: unknown): readonly string[] {
  return asList(patch)
    .map(asObject)
    .flatMap(({ path, from }) => [asText(path) ?? '', ...(typeof from === 'string' ? [from] : [])]);
}

/** Where a merge patch writes: the paths of its leaves. */
function mergePaths(patch: unknown, at: string): readonly string[] {
  if (!isObject(patch) || Object.keys(patch).length === 0) return [at];
  return Object.entries(patch).flatMap(([key, value]) => mergePaths(value, `${at}/${key}`));
}
