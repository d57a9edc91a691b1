import { appMeshGateways, isFrozen, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { accessLogsOf } from '../../src/model/observability/access-logs.ts';

export default defineRule({
  id: 'access-log-disabled',
  title: 'The gateway writes no access log',
  severity: 'warning',
  needs: anyOf('envoy.listenerConfig', 'mesh.virtualGateways'),
  explains: ['access-log-silent'],
  docs: {
    what: 'A gateway none of whose connection managers has an access log; where no Envoy was read, a VirtualGateway without `spec.logging.accessLog.file`.',
    why: 'Nothing tells which requests failed and why: statistics have no path, host or response flag. On a frozen gateway nobody can turn it on any more: a standing fact.',
    fix: 'Set `spec.logging.accessLog.file.path: /dev/stdout`.',
    seen: '`kubectl logs` of the gateway shows only lines of the Envoy process itself.',
  },
  subjects: (model) => appMeshGateways(model),
  *check(model) {
    for (const gateway of appMeshGateways(model)) {
      const logs = accessLogsOf(model, gateway);
      if (logs.state === 'unknown') yield notEvaluated(gateway, logs.gap);
      if (logs.state === 'unknown' || logs.writers.length > 0) continue;
      const [first, ...rest] = logs.evidence;
      if (!first) continue;
      const { object, ref } = gateway;
      const asked = object?.at('spec.logging.accessLog.file.path').value === '/dev/stdout';
      const patch = { spec: { logging: { accessLog: { file: { path: '/dev/stdout' } } } } };
      yield finding(gateway, {
        message: `Gateway ${ref.name} writes no access log: nothing tells which requests failed, and why.`,
        effect: isFrozen(gateway) ? 'standing' : 'latent',
        evidence: [first, ...rest],
        cause:
          logs.from === 'envoy'
            ? 'No connection manager that its Envoys run has an access log.'
            : 'Envoy writes one only where spec.logging.accessLog.file.path of the VirtualGateway is set.',
        fix: [
          {
            say: asked
              ? `VirtualGateway ${ref.name} asks for one: find out why its Envoys have not got it.`
              : 'Have it write to /dev/stdout.',
            ...(object && !asked ? { patch: { type: 'merge' as const, target: ref, patch } } : {}),
            restarts: 'nothing',
            works: whenObjectsApply(model, [gateway]),
          },
        ],
      });
    }
  },
});
