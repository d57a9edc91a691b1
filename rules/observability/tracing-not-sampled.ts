import { appMeshGateways, isFrozen } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { tracersOfPods, unsampled } from '../../src/model/observability/tracers.ts';

export default defineRule({
  id: 'tracing-not-sampled',
  title: 'Tracing is on and samples nothing',
  severity: 'info',
  needs: anyOf('envoy.listenerConfig', 'platform.pods'),
  also: ['platform.workloads'],
  docs: {
    what: 'A gateway whose tracer takes no request: XRAY_SAMPLING_RATE 0 without sampling rules of its own, or a sampling of 0 % in every connection manager. The default of App Mesh is 5 %, and one request a second.',
    why: 'A tracer costs, and there are no traces.',
    fix: 'Raise the rate; 0.05 is the default.',
    seen: 'No segment of the gateway in X-Ray, and the daemon runs.',
  },
  subjects: appMeshGateways,
  *check(model) {
    for (const gateway of appMeshGateways(model)) {
      const managers = gateway.envoys.map(unsampled);
      const running =
        managers.length > 0 && managers.every(({ all }) => all) ? managers.flatMap(({ evidence }) => evidence) : [];
      const pods = tracersOfPods(model, gateway).flatMap(({ tracers }) => tracers);
      const asked = pods.filter(({ env }) => isNought(env.XRAY_SAMPLING_RATE) && !env.XRAY_SAMPLING_RULE_MANIFEST);
      const [first, ...rest] = [...running, ...asked.map(({ evidence }) => evidence)];
      if (!first) continue;
      const frozen = isFrozen(gateway);
      yield finding(gateway, {
        message: `Gateway ${gateway.ref.name} has a tracer that samples no request.`,
        effect: frozen ? 'standing' : 'latent',
        evidence: [first, ...rest.slice(0, 4)],
        cause: running.length > 0 ? 'Its connection managers sample 0 %.' : 'XRAY_SAMPLING_RATE is 0.',
        fix: [
          frozen
            ? { say: 'A gateway built of a rescue copy may sample.', restarts: 'nothing', works: 'through-rescue' }
            : { say: 'Set XRAY_SAMPLING_RATE to 0.05, the default.', restarts: 'gateway', works: 'now' },
        ],
      });
    }
  },
});

function isNought(rate: string | undefined): boolean {
  return rate !== undefined && rate.trim() !== '' && Number(rate) === 0;
}
