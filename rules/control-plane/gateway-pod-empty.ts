import { isFrozen } from '../../src/diagnose/effect.ts';
import type { Fix } from '../../src/diagnose/finding.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { lastStat } from '../../src/model/envoy/counters.ts';
import type { Envoy } from '../../src/model/envoy/envoy.ts';
import { listening } from '../../src/model/envoy/listening.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { selectsPod } from '../../src/model/mesh/links.ts';
import type { Model } from '../../src/model/model.ts';

export default defineRule({
  id: 'gateway-pod-empty',
  title: 'A gateway came back without its configuration',
  severity: 'error',
  needs: anyOf('envoy.listenerConfig', 'envoy.listeners', 'envoy.stats'),
  also: ['platform.workloads'],
  explains: ['envoy-not-live', 'gateway-listener-missing', 'gateway-no-ready-pod', 'requests-failing'],
  docs: {
    what: 'An Envoy of an App Mesh gateway that holds no listener, while no control plane is left to send it any.',
    why: 'Such an Envoy serves nothing. It waits in PRE_INITIALIZING for ever, or says LIVE once its fetch timed out, and then even looks healthy.',
    fix: 'Keep the pods that still hold configuration: stop everything that would restart or move them. What is lost comes back only from a copy of the configuration or on another gateway.',
    seen: 'Connections to the gateway are refused. `/server_info` says PRE_INITIALIZING, or LIVE with an empty `/listeners`.',
  },
  subjects: appMeshGateways,
  *check(model) {
    for (const gateway of appMeshGateways(model)) {
      const judged = gateway.envoys.map((envoy) => ({ envoy, listens: listening(model.snapshot, envoy) }));
      const empty = judged.flatMap(({ listens }) => (listens.state === 'empty' ? [listens] : []));
      const [first] = empty;
      if (!first) {
        const gap = judged.flatMap(({ envoy, listens }) =>
          listens.state === 'unknown' && envoy.listenerConfig.state === 'not-read' ? [envoy.listenerConfig.gap] : [],
        )[0];
        if (gap) yield notEvaluated(gateway, gap);
        continue;
      }
      if (gateway.frozen.state === 'unknown') {
        yield notEvaluated(gateway, {
          missing: `control_plane.connected_state of ${gateway.ref.name}`,
          reason: 'without it nobody can tell an Envoy that lost its configuration from one that is just starting',
          remedy: 'give the stats too',
        });
        continue;
      }
      if (!isFrozen(gateway)) continue;
      const survivors = judged.filter(({ listens }) => listens.state === 'listening').map(({ envoy }) => envoy.label);
      const [proof, ...more] = empty.flatMap(({ evidence }) => evidence);
      if (!proof) continue;
      const { name } = gateway.ref;
      yield finding(gateway, {
        message: `${empty.length === 1 ? 'An Envoy' : `${empty.length} Envoys`} of gateway ${name} ${empty.length === 1 ? 'holds' : 'hold'} no configuration and ${empty.length === 1 ? 'serves' : 'serve'} nothing; ${
          survivors.length > 0 ? `still serving: ${survivors.join(', ')}` : 'none of those read still serves'
        }.`,
        effect: 'traffic',
        evidence: [proof, ...more, ...connectionOf(gateway)],
        cause:
          'It restarted after App Mesh ended. Envoy keeps its configuration in memory only, and there is no control plane to send it again.',
        fix: fixes(model, gateway, survivors.length),
        avoid: [
          {
            say: 'Do not restart, delete, scale or roll out its pods, nor edit their template.',
            because: 'each new pod comes up as empty as this one',
          },
        ],
      });
    }
  },
});

function appMeshGateways(model: Model): readonly Gateway[] {
  return model.gateways.filter(({ envoys }) => envoys.some(({ identity }) => identity?.type === 'virtualGateway'));
}

function connectionOf(gateway: Gateway) {
  return gateway.envoys.flatMap((envoy: Envoy) => {
    const state = lastStat(envoy.stats, 'control_plane.connected_state');
    return state ? [state.evidence] : [];
  });
}

function fixes(model: Model, gateway: Gateway, survivors: number): readonly Fix[] {
  const selector = gateway.object?.podSelector ?? null;
  const workload = model.workloads.find(
    ({ ref, podLabels }) =>
      ref.kind === 'Deployment' && ref.namespace === gateway.ref.namespace && selectsPod(selector, podLabels),
  );
  const pause: Fix = {
    say: 'Pause the rollouts of its Deployment, so that no change of its template replaces the pods that still serve.',
    ...(workload
      ? { command: `kubectl -n ${workload.ref.namespace} rollout pause deployment/${workload.ref.name}` }
      : {}),
    restarts: 'nothing',
    works: 'now',
  };
  const save: Fix = {
    say:
      survivors > 0
        ? 'Save the configuration of the Envoys that still serve, with meshdoctor collect, before they are lost too.'
        : 'Look for another pod of this gateway that still serves, or for a saved config dump: this one has nothing left to save.',
    restarts: 'nothing',
    works: 'now',
  };
  const move: Fix = {
    say: 'Serve its routes from a gateway with a configuration of its own, made from the saved one.',
    restarts: 'nothing',
    works: 'through-rescue',
  };
  return survivors > 0 ? [pause, save, move] : [save, move];
}
