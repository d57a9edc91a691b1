import { refText } from '../snapshot/object.ts';
import type { Home } from './home.ts';
import { knownFiles, type Parts } from './objects.ts';

/** What the head of the manifests says beside the steps. */
export interface PlanFacts {
  readonly gateway: string;
  readonly source: string;
  readonly madeAt: string;
  readonly proof: string;
  readonly gaps: readonly string[];
  /** Requests worth asking by hand, with what the gateway answers. */
  readonly probes: readonly string[];
}

const never = 'rollout restart · delete pod · edit the pod template · scale down · drain its nodes';

/** The order of steps, and the way back: nothing in it restarts or edits a pod of the old gateway. */
export function writePlan(parts: Parts, facts: PlanFacts): readonly string[] {
  const { home } = parts;
  const selecting = home.alsoSelectedBy.join(', ') || `nothing that was read in namespace ${home.namespace}`;
  const steps = [
    stopLosses(home),
    supply(parts),
    apply(home),
    ask(parts, facts),
    moveTraffic(home),
    [
      'leave the old pods as they are until traffic has run here for as long as your slowest client caches names;',
      'a pod of theirs that came back empty may stay: a scale-in takes the not-Ready pod first',
    ],
  ].filter((step) => step.length > 0);
  return [
    `Rescue of gateway ${facts.gateway}, made ${facts.madeAt} from ${facts.source}`,
    `Proof: ${facts.proof}`,
    ...facts.gaps.map((gap) => `Gap: ${gap}`),
    `Where: namespace ${home.namespace}, because ${home.because}`,
    `Also selects these pods: ${selecting}`,
    ...(home.closedTo.length > 0
      ? [`Closed to these pods, though open to the old ones: ${home.closedTo.join(', ')}: let them in first`]
      : []),
    '',
    `Never, while ${facts.gateway} serves: ${never}.`,
    'Its pods hold a configuration that nobody can send again.',
    '',
    ...steps.flatMap((lines, index) =>
      lines.map((line, at) => (at === 0 ? `Do ${index + 1}  ${line}` : `      ${line}`)),
    ),
    '',
    ...wayBack(home),
  ];
}

function stopLosses({ old }: Home): readonly string[] {
  const { namespace, workload, pods, autoscalers } = old;
  const serving = pods.filter(({ ready }) => ready !== false).map(({ ref }) => ref.name);
  const size = workload?.replicas ?? null;
  const commands = [
    ...(serving.length > 0
      ? [`kubectl -n ${namespace} annotate pod ${serving.join(' ')} karpenter.sh/do-not-disrupt=true`]
      : []),
    ...(workload?.ref.kind === 'Deployment'
      ? [`kubectl -n ${namespace} rollout pause deploy/${workload.ref.name}`]
      : []),
    ...(size === null
      ? []
      : autoscalers.map(({ ref }) => {
          const patch = JSON.stringify({ spec: { minReplicas: size, maxReplicas: size } });
          return `kubectl -n ${namespace} patch hpa ${ref.name} --type=merge -p '${patch}'`;
        })),
  ];
  if (commands.length === 0) {
    return [
      'stop the losses: keep evictions, autoscalers and rollouts away from the old pods',
      '(their Deployment and pods were not read: give them with -f, and the commands stand here)',
    ];
  }
  return ['stop the losses; restarts nothing:', ...commands];
}

function supply(parts: Parts): readonly string[] {
  const { home, fills } = parts;
  const files = knownFiles(parts);
  const missing = files.filter(({ volume }) => volume === null).map(({ file }) => file);
  const taken = files.flatMap(({ volume }) => (volume === null ? [] : [JSON.stringify(volume)]));
  const lines: string[] = [];
  if (fills.length > 0) {
    if (home.ownNamespace) lines.push(`kubectl create namespace ${home.namespace}`);
    const from = fills.map(({ file }) => `--from-file=${file}=PATH`).join(' ');
    lines.push(`kubectl -n ${home.namespace} create secret generic ${home.name}-keys ${from}`);
    for (const { file, what, of, certificate } of fills) {
      lines.push(`  ${file}: the ${what} of ${of}`);
      if (!certificate) continue;
      lines.push(`    for ${certificate.names || certificate.subject}, certificate until ${certificate.expires}`);
      lines.push(
        `    openssl pkey -in PATH -pubout -outform DER | sha256sum   must say ${certificate.publicKeySha256}`,
      );
    }
  }
  if (missing.length > 0) lines.push(`the old pods had these files; add volumes for them below: ${missing.join(', ')}`);
  if (home.ownNamespace && taken.length > 0) {
    lines.push(`copy to namespace ${home.namespace} what these volumes name: ${[...new Set(taken)].join(' ')}`);
  }
  return lines.length === 0 ? [] : ['supply what Envoy never tells:', ...lines];
}

function apply({ namespace, name }: Home): readonly string[] {
  return [
    'start it (server-side: a client-side apply cannot hold a long ConfigMap):',
    'kubectl apply --server-side -f THIS_FILE',
    `kubectl -n ${namespace} rollout status deploy/${name}`,
  ];
}

function ask({ home, ports }: Parts, { probes }: PlanFacts): readonly string[] {
  const [port = 8080] = ports;
  return [
    'ask it before any client does:',
    `kubectl -n ${home.namespace} port-forward deploy/${home.name} ${port} &`,
    ...probes,
  ];
}

function moveTraffic({ namespace, name, old, ownNamespace }: Home): readonly string[] {
  if (old.services.length === 0) {
    return [`move traffic: what sends to the old gateway shall send to Service ${namespace}/${name}, 10 % first`];
  }
  return old.services.flatMap((service) => {
    const { name: was, namespace: from } = service.ref;
    const now = `${namespace}/${was}-rescue`;
    if (service.spec.type === 'LoadBalancer') {
      return [`move traffic: Service ${now} gets a load balancer of its own; give its name weight in DNS, 10 % first`];
    }
    const ingress = ownNamespace ? ' (an Ingress sends only inside its namespace: write one there)' : '';
    return [`move traffic: what sends to Service ${from}/${was} shall send to ${now}, 10 % first${ingress}`];
  });
}

function wayBack({ namespace, name, ownNamespace, old }: Home): readonly string[] {
  const services = old.services.length > 0 ? old.services.map(({ ref }) => `svc/${ref.name}-rescue`) : [`svc/${name}`];
  const gone = ownNamespace
    ? `kubectl delete namespace ${namespace}`
    : `kubectl -n ${namespace} delete deploy/${name} pdb/${name} ${services.join(' ')}`;
  const before = old.services.map(({ ref }) => refText(ref)).join(', ') || 'the old gateway';
  const still = old.workload ? refText(old.workload.ref) : 'the old pods';
  return [
    `Back  send traffic to ${before} again: ${still} was never touched and serves as before. Then:`,
    `      ${gone}`,
  ];
}
