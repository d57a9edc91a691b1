import { configEffect } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { groupBy } from '../../src/lib/memo.ts';
import { asksForInjection, injectorGone } from '../../src/model/mesh/injection.ts';
import type { VirtualGateway, VirtualNode } from '../../src/model/mesh/kinds.ts';
import { namespaceOf } from '../../src/model/mesh/links.ts';
import type { Model } from '../../src/model/model.ts';
import type { Pod, Workload } from '../../src/model/platform/kinds.ts';
import { lives } from '../../src/model/platform/runners.ts';
import { podsSelected, workloadsSelected } from '../../src/model/platform/selected.ts';
import { presentValue } from '../../src/model/relation.ts';
import { refKey, refText } from '../../src/snapshot/object.ts';
import { firstUnlisted, runnerKinds } from '../../src/model/unread.ts';

export default defineRule({
  id: 'selector-overlap',
  title: 'Two VirtualNodes or VirtualGateways select one pod',
  severity: 'error',
  needs: anyOf('platform.pods', 'platform.workloads'),
  also: ['mesh.virtualGateways', 'mesh.virtualNodes', 'platform.namespaces', 'platform.webhooks'],
  explains: ['pod-refused-by-webhook', 'gateway-no-ready-pod', 'node-no-ready-endpoint'],
  docs: {
    what: 'A pod, or the pods that a workload makes, whose labels match the `podSelector` of two VirtualNodes, of two VirtualGateways, or of one of each.',
    why: 'An Envoy is one of them: the webhook refuses each new pod that it cannot tell apart. Running pods stay what they were made.',
    fix: 'Narrow the selectors until each pod is selected by one.',
    seen: '`found multiple matching VirtualNodes for pod`, `found multiple matching VirtualGateways for pod`, or `sidecarInject enabled for both virtualNode X and virtualGateway Y on pod Z` in the events of the ReplicaSet.',
  },
  subjects: selecting,
  *check(model) {
    // Manifests hold no webhooks, since the controller's chart brings them: only a cluster tells that they are gone.
    if (injectorGone(model) && model.pods.some(({ exported }) => exported)) return;
    for (const object of selecting(model)) {
      const gap = firstUnlisted(model, ['VirtualNode', 'VirtualGateway', ...runnerKinds], object.ref.namespace);
      if (gap) yield notEvaluated(object, gap);
    }
    const overlaps = groupBy(selectedTwice(model), ({ by }) => by.map(({ ref }) => refKey(ref)).join(' '));
    for (const [, same] of overlaps) {
      const [{ by } = { by: [] }] = same;
      const [first, ...rest] = by;
      if (!first) continue;
      const things = same.map(({ thing }) => thing);
      const names = by.map(({ ref }) => refText(ref));
      const running = things.some((thing) => 'phase' in thing && thing.exported);
      yield finding([first, ...rest], {
        message: `${names.join(' and ')} select the same pods: those of ${things
          .slice(0, 3)
          .map(({ ref }) => refText(ref))
          .join(', ')}${things.length > 3 ? ` and ${things.length - 3} more` : ''}.`,
        effect: running ? 'latent' : configEffect(model, model.gateways, 'unseen'),
        evidence: [
          first.at('spec.podSelector'),
          ...rest.map((one) => one.at('spec.podSelector')),
          ...things.slice(0, 5).map(labelsOf),
        ],
        cause: `The webhook makes the Envoy of a pod the one VirtualNode or VirtualGateway of its namespace that selects it; of several it makes none and refuses the pod.`,
        fix: [
          {
            say: `Narrow the podSelector of all but one of ${names.join(', ')}, so that it does not match these pods.`,
            restarts: 'nothing',
            works: 'now',
          },
        ],
        affects: things.slice(0, 200).map(({ ref }) => ref),
      });
    }
  },
});

type Selecting = VirtualNode | VirtualGateway;

/** What makes pods its own by their labels. */
function selecting(model: Model): readonly Selecting[] {
  return [...model.virtualGateways, ...model.virtualNodes].filter(({ podSelector }) => podSelector !== null);
}

/** The workloads, and pods that none of these made, that several select, where the webhook is asked about them. */
function selectedTwice(model: Model) {
  const by = new Map<Pod | Workload, Selecting[]>();
  for (const one of selecting(model)) {
    const { namespace } = one.ref;
    const things = [
      ...workloadsSelected(model)(namespace, one.podSelector).filter(({ owner }) => owner === null),
      ...podsSelected(model)(namespace, one.podSelector).filter(lives),
    ];
    for (const thing of things) {
      const known = by.get(thing);
      if (known) known.push(one);
      else by.set(thing, [one]);
    }
  }
  return [...by].flatMap(([thing, several]) =>
    several.length > 1 && mayBeAsked(model, thing) ? [{ thing, by: several }] : [],
  );
}

/** False where the namespace was read and does not ask for injection of these pods. */
function mayBeAsked(model: Model, thing: Pod | Workload): boolean {
  const namespace = presentValue(namespaceOf(model, thing.ref.namespace ?? ''));
  const annotations = 'podAnnotations' in thing ? thing.podAnnotations : thing.annotations;
  return !namespace || asksForInjection(namespace, annotations);
}

function labelsOf(thing: Pod | Workload) {
  return thing.at('podLabels' in thing ? 'spec.template.metadata.labels' : 'metadata.labels');
}
