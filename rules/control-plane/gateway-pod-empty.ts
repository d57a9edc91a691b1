import { appMeshGateways, isFrozen } from '../../src/diagnose/effect.ts';
import type { Fix } from '../../src/diagnose/finding.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { keepSteps, neverDo, survivorsOf, survivorsText } from '../../src/diagnose/threats/keep.ts';
import { threatsTo } from '../../src/diagnose/threats/threats.ts';
import type { Gateway } from '../../src/model/gateway.ts';
import { emptyOf, emptyText, holdingEnvoys, holdingPods, unjudged } from '../../src/model/platform/holders.ts';
import { runnersOfGateway } from '../../src/model/platform/runners.ts';
import type { Gap } from '../../src/snapshot/coverage.ts';

export default defineRule({
  id: 'gateway-pod-empty',
  title: 'A gateway came back without its configuration',
  severity: 'error',
  needs: anyOf('envoy.listenerConfig', 'envoy.listeners', 'envoy.stats', 'platform.pods'),
  also: [
    'platform.workloads',
    'platform.nodes',
    'platform.nodePools',
    'platform.nodeClaims',
    'platform.autoscalers',
    'platform.verticalAutoscalers',
    'platform.disruptionBudgets',
  ],
  explains: [
    'envoy-not-live',
    'gateway-listener-missing',
    'gateway-no-ready-pod',
    'gateway-pod-failing',
    'restart-loses-config',
    'requests-failing',
  ],
  docs: {
    what: 'An Envoy of an App Mesh gateway that holds no listener while no control plane is left to send it any; or a pod of such a gateway whose Envoy started after App Mesh ended and is not ready.',
    why: 'Such an Envoy serves nothing. It waits in PRE_INITIALIZING for ever, or says LIVE once its fetch timed out, and then even looks healthy.',
    fix: 'Keep the pods that still hold configuration: stop everything that would restart or move them. What is lost comes back only from a copy of the configuration or on another gateway.',
    seen: 'Connections to the pod are refused. `/server_info` says PRE_INITIALIZING, or LIVE with an empty `/listeners`.',
  },
  subjects: appMeshGateways,
  *check(model) {
    for (const gateway of appMeshGateways(model)) {
      const runners = runnersOfGateway(model, gateway);
      const seen = [...holdingEnvoys(model, gateway), ...holdingPods(runners)];
      const empty = emptyOf(seen);
      const [proof, ...more] = empty.flatMap(({ evidence }) => evidence);
      if (!proof) {
        const gap = unjudged(seen);
        if (gap && gateway.frozen.state !== 'no') yield notEvaluated(gateway, gap);
        else if (seen.length === 0 && isFrozen(gateway)) yield notEvaluated(gateway, noPods(gateway));
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
      const left = survivorsOf(model, gateway, runners);
      const { threats } = threatsTo(model, runners, gateway);
      const serving = survivorsText(left);
      const risks = threats.filter(({ level, lost }) => level !== 'possible' && !lost);
      const since = empty.flatMap((one) => one.since ?? []).sort()[0];
      yield finding(gateway, {
        message: `${emptyText(empty)} of gateway ${gateway.ref.name} ${empty.length === 1 ? 'holds' : 'hold'} no configuration and will never serve; ${
          serving === '' ? 'none of those read still serves' : `still serving: ${serving}`
        }.`,
        effect: 'traffic',
        evidence: [proof, ...more, ...(gateway.frozen.state === 'observed' ? gateway.frozen.evidence : [])],
        cause: `It started after App Mesh ended. Envoy keeps its configuration in memory only, and nobody is left to send it again: no restart, image, IAM or network change helps.${
          serving === '' || risks.length === 0
            ? ''
            : ` At risk are those that serve: ${risks
                .slice(0, 3)
                .map(({ says }) => says)
                .join('; ')}.`
        }`,
        fix: serving === '' ? nothingLeft : [...keepSteps(gateway, runners, threats, left), leaveIt],
        avoid: neverDo(runners),
        ...(since === undefined ? {} : { since }),
      });
    }
  },
});

function noPods({ ref }: Gateway): Gap {
  return {
    missing: `the Pods or Envoys of gateway ${ref.name}`,
    reason: 'none of them was read',
    remedy: 'give the pods (kubectl get pods -A -o yaml) or an Envoy (--admin URL)',
  };
}

const leaveIt: Fix = {
  say: 'Leave the empty pod where it is: a scale-in takes a pod that is not ready first.',
  restarts: 'nothing',
  works: 'now',
};

const nothingLeft: readonly Fix[] = [
  {
    say: 'Look for another pod of this gateway that still serves, or for a rescue copy or a saved config dump: this one has nothing left to save.',
    restarts: 'nothing',
    works: 'now',
  },
  {
    say: 'Serve its routes from a gateway that carries its configuration itself, made from that copy: meshdoctor rescue COPY -o manifests.',
    restarts: 'nothing',
    works: 'through-rescue',
  },
];
