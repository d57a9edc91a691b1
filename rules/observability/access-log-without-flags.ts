import { appMeshGateways, isFrozen, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { accessLogsOf } from '../../src/model/observability/access-logs.ts';

export default defineRule({
  id: 'access-log-without-flags',
  title: 'The access log does not say why requests failed',
  severity: 'warning',
  needs: anyOf('envoy.listenerConfig', 'mesh.virtualGateways'),
  docs: {
    what: "An access log whose own format leaves out the response flags (`%RESPONSE_FLAGS%`) and the details (`%RESPONSE_CODE_DETAILS%`). Envoy's default format has the flags.",
    why: 'A 503 of the target and a 503 of the gateway itself look the same in it.',
    fix: 'Add `%RESPONSE_FLAGS%` and, better still, `%RESPONSE_CODE_DETAILS%` to the format. On a frozen gateway the format stays as it is.',
    seen: 'Lines with a status, and no `UF`, `UH`, `NR` or `UT`.',
  },
  subjects: (model) => appMeshGateways(model),
  *check(model) {
    for (const gateway of appMeshGateways(model)) {
      const logs = accessLogsOf(model, gateway);
      if (logs.state === 'unknown') yield notEvaluated(gateway, logs.gap);
      if (logs.state === 'unknown') continue;
      const blind = logs.writers.filter(({ format }) => format !== null && !tellsWhy(format));
      const [first, ...rest] = blind;
      if (!first || blind.length < logs.writers.length) continue;
      yield finding(gateway, {
        message: `The access log of gateway ${gateway.ref.name} leaves out the response flags: it does not say why a request failed.`,
        effect: isFrozen(gateway) ? 'standing' : 'latent',
        evidence: [first.evidence, ...rest.map(({ evidence }) => evidence)],
        cause: 'Its format replaces the default one of Envoy, which has them.',
        fix: [
          {
            say: 'Add %RESPONSE_FLAGS% and %RESPONSE_CODE_DETAILS% to the format.',
            restarts: 'nothing',
            works: whenObjectsApply(model, [gateway]),
          },
        ],
      });
    }
  },
});

function tellsWhy(format: string): boolean {
  return /%RESPONSE_(FLAGS(_LONG)?|CODE_DETAILS)(\([^)]*\))?%/.test(format);
}
