import { appMeshGateways, isFrozen } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { runningTracer, tracersOfPods } from '../../src/model/observability/tracers.ts';

export default defineRule({
  id: 'tracing-disabled',
  title: 'The gateway makes no traces',
  severity: 'info',
  needs: anyOf('envoy.bootstrap', 'platform.pods'),
  also: ['envoy.listenerConfig', 'platform.workloads'],
  explains: ['tracing-not-sampled', 'trace-not-propagated'],
  docs: {
    what: 'A gateway whose Envoys have no tracer: none in the bootstrap, none in a connection manager; where no Envoy was read, no variable that makes one in its pods.',
    why: 'Traces begin at the first service behind it, and say nothing of the time before.',
    fix: 'ENABLE_ENVOY_XRAY_TRACING=1 on the container `envoy`. The bootstrap is made at the start of Envoy, so a frozen gateway stays without: a standing fact.',
    seen: 'No segment of the gateway in X-Ray.',
  },
  subjects: appMeshGateways,
  *check(model) {
    for (const gateway of appMeshGateways(model)) {
      const running = gateway.envoys.map(runningTracer);
      const pods = tracersOfPods(model, gateway);
      if (running.some(({ state }) => state === 'traces')) continue;
      if (pods.some(({ custom, tracers }) => custom || tracers.length > 0)) continue;
      const none = running.flatMap((one) => (one.state === 'none' ? [one.evidence] : []));
      const asked = pods.map(({ pod }) =>
        pod.at('spec.containers', `pod ${pod.ref.name}: no variable turns a tracer on`),
      );
      const [first, ...rest] = none.length > 0 ? none : running.length > 0 ? [] : asked;
      if (!first) {
        yield notEvaluated(gateway, {
          missing: `the tracers of gateway ${gateway.ref.name}`,
          reason: 'neither the bootstrap and the listeners of an Envoy nor one of its pods was read whole',
          remedy: 'read an Envoy with --admin, or give its pods',
        });
        continue;
      }
      const frozen = isFrozen(gateway);
      yield finding(gateway, {
        message: `Gateway ${gateway.ref.name} makes no traces.`,
        effect: frozen ? 'standing' : 'latent',
        evidence: [first, ...rest.slice(0, 4)],
        cause: 'Its Envoys have no tracer: the image makes one only where a variable asks for it.',
        fix: [
          frozen
            ? {
                say: 'A gateway built of a rescue copy may have a tracer.',
                restarts: 'nothing',
                works: 'through-rescue',
              }
            : { say: 'Set ENABLE_ENVOY_XRAY_TRACING=1 on the container envoy.', restarts: 'gateway', works: 'now' },
        ],
      });
    }
  },
});
