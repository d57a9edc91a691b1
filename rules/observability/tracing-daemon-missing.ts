import { appMeshGateways, isFrozen } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding } from '../../src/diagnose/rule.ts';
import { hasDaemon, tracersOfPods } from '../../src/model/observability/tracers.ts';

export default defineRule({
  id: 'tracing-daemon-missing',
  title: 'Traces are sent to a daemon that is not there',
  severity: 'warning',
  needs: anyOf('platform.pods'),
  also: ['platform.workloads'],
  docs: {
    what: 'Pods of a gateway whose Envoy sends its spans to the pod itself (127.0.0.1), where no container takes them: none has the port, the name or the image of a daemon or collector.',
    why: 'The spans are lost without a word: they go by UDP, or fail in the background.',
    fix: 'Add the daemon as a container (`xray-daemon`, UDP 2000), or point the variable at one that runs on the node.',
    seen: 'Tracing is on, and X-Ray has no segment of the gateway.',
  },
  subjects: appMeshGateways,
  *check(model) {
    for (const gateway of appMeshGateways(model)) {
      const lost = tracersOfPods(model, gateway)
        .flatMap(({ tracers }) => tracers)
        .filter((tracer) => tracer.address === null && !hasDaemon(tracer));
      const [first, ...rest] = lost;
      if (!first) continue;
      const frozen = isFrozen(gateway);
      const { kind, port } = first;
      yield finding(gateway, {
        message: `The Envoys of gateway ${gateway.ref.name} send their ${kind.name} spans to port ${port} of their own pod, where nothing listens.`,
        effect: 'latent',
        evidence: [first.evidence, ...rest.slice(0, 4).map(({ evidence }) => evidence)],
        cause: `${kind.enabledBy} is on, ${kind.addressBy} names no other address, and the pod has no container for it.`,
        fix: [
          {
            say: frozen
              ? 'Leave it so: a container is added only by restarting the gateway. A gateway built of a rescue copy may have one.'
              : `Add the ${kind.name} daemon to the pods, or point ${kind.addressBy} at one on the node.`,
            restarts: frozen ? 'nothing' : 'gateway',
            works: frozen ? 'through-rescue' : 'now',
          },
        ],
      });
    }
  },
});
