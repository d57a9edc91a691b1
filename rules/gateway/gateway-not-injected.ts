import { asObject } from '../../src/lib/json.ts';
import { isFrozen } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { injectorGone, injectorKey } from '../../src/model/mesh/injection.ts';
import { namespaceOf } from '../../src/model/mesh/links.ts';
import type { Model } from '../../src/model/model.ts';
import { virtualGateways } from '../../src/model/platform/gateway-ports.ts';
import type { Pod } from '../../src/model/platform/kinds.ts';
import { isReady } from '../../src/model/platform/pod-trouble.ts';
import { appMeshName, envoyOf } from '../../src/model/platform/runners.ts';
import { podsSelected } from '../../src/model/platform/selected.ts';
import { presentValue } from '../../src/model/relation.ts';

export default defineRule({
  id: 'gateway-not-injected',
  title: 'A pod of the gateway was not made its Envoy',
  severity: 'error',
  needs: anyOf('platform.pods'),
  also: ['platform.namespaces', 'platform.webhooks'],
  explains: ['gateway-no-ready-pod', 'gateway-pod-failing', 'requests-failing'],
  docs: {
    what: 'A pod that the VirtualGateway selects and the webhook did not configure: it has no container named `envoy`, or that container does not carry the name of the gateway.',
    why: 'Such an Envoy does not know which gateway it is and asks for no configuration: it serves nothing.',
    fix: 'Name the container `envoy`, label the namespace, and take a skipping annotation off before pods are made. The webhook looks at pods once, when they are made.',
    seen: 'The pod crashes (`APPMESH_RESOURCE_ARN` is not set) or never becomes ready.',
  },
  subjects: virtualGateways,
  *check(model) {
    for (const gateway of virtualGateways(model)) {
      const { namespace, name } = gateway.ref;
      const bare = podsSelected(model)(namespace, gateway.object?.podSelector ?? null).filter(isBare);
      const [pod, ...more] = bare;
      if (!pod) continue;
      const envoy = envoyOf(pod);
      const why = reasonOf(model, pod);
      const one = bare.length === 1;
      yield finding(gateway, {
        message: `${one ? `Pod ${pod.ref.name}` : `${bare.length} pods`} of gateway ${name} ${
          envoy
            ? `${one ? 'carries' : 'carry'} no name of a gateway`
            : `${one ? 'has' : 'have'} no container named envoy`
        }: the webhook of App Mesh did not configure ${one ? 'it' : 'them'}.`,
        effect: 'traffic',
        evidence: [
          pod.at(envoy?.path ?? 'spec.containers'),
          ...more.slice(0, 9).map((other) => other.at(envoyOf(other)?.path ?? 'spec.containers')),
          ...(why.evidence ? [why.evidence] : []),
        ],
        cause: why.says,
        fix: [
          isFrozen(gateway)
            ? {
                say: 'Serve its routes from a gateway that carries its configuration itself, made from a saved copy: nobody configures a pod of App Mesh any more.',
                restarts: 'nothing',
                works: 'through-rescue',
              }
            : { say: why.fix, restarts: 'gateway', works: 'needs-control-plane' },
        ],
        affects: bare.map(({ ref }) => ref),
      });
    }
  },
});

/**
 * A live pod that the webhook left as it was. Ready pods serve by other means, and so does an Envoy that is started with
 * its own command: one made from a rescue copy.
 */
function isBare(pod: Pod): boolean {
  if (!pod.exported || pod.deletedAt !== null || isReady(pod) !== false) return false;
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed') return false;
  const envoy = envoyOf(pod);
  if (!envoy) return true;
  const { command, args } = asObject(pod.at(envoy.path).value);
  return appMeshName(envoy) === null && envoy.image.includes('appmesh') && command === undefined && args === undefined;
}

function reasonOf(model: Model, pod: Pod) {
  const skipped = pod.annotations[injectorKey] === 'disabled';
  if (skipped) {
    return {
      says: `The annotation ${injectorKey}: disabled keeps the webhook away.`,
      fix: 'Take that annotation off the pod template.',
      evidence: pod.at(`metadata.annotations["${injectorKey}"]`),
    };
  }
  if (!envoyOf(pod)) {
    return {
      says: 'The webhook configures the container named envoy of a gateway, and there is none.',
      fix: 'Name the container of the gateway envoy in its pod template.',
      evidence: null,
    };
  }
  const namespace = presentValue(namespaceOf(model, pod.ref.namespace ?? ''));
  const label = namespace?.labels[injectorKey];
  if (namespace && label !== 'enabled') {
    return {
      says: `Namespace ${namespace.ref.name} does not ask for it: its label ${injectorKey} is ${label ?? 'not there'}.`,
      fix: `Label the namespace ${injectorKey}=enabled, then let the gateway make new pods.`,
      evidence: namespace.at('metadata'),
    };
  }
  return {
    says: injectorGone(model)
      ? 'The webhook that configures pods is not installed.'
      : 'The webhook was not asked when the pod was made, or its answer was ignored.',
    fix: 'See that the webhook of the App Mesh controller answers, then let the gateway make new pods.',
    evidence: null,
  };
}
