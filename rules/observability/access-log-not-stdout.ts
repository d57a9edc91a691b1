import { appMeshGateways, isFrozen, whenObjectsApply } from '../../src/diagnose/effect.ts';
import { anyOf, defineRule, finding, notEvaluated } from '../../src/diagnose/rule.ts';
import { asList, asObject, asText } from '../../src/lib/json.ts';
import { accessLogsOf, isContainerOutput } from '../../src/model/observability/access-logs.ts';
import type { Pod, Workload } from '../../src/model/platform/kinds.ts';
import { runnersOfGateway } from '../../src/model/platform/runners.ts';

export default defineRule({
  id: 'access-log-not-stdout',
  title: 'The access log goes to a file that nobody reads',
  severity: 'warning',
  needs: anyOf('envoy.listenerConfig', 'mesh.virtualGateways'),
  also: ['platform.pods', 'platform.workloads'],
  explains: ['access-log-silent'],
  docs: {
    what: 'A gateway whose access log is a file inside its container, on no volume that another container of the pod or the node could read it from.',
    why: 'Neither `kubectl logs` nor a log agent sees it; it fills the disk of the pod, and is gone with it.',
    fix: 'Write to /dev/stdout, or mount a volume there that a log agent reads. On a frozen gateway read the file in the pod.',
    seen: '`kubectl logs` shows no requests, and the file in the container grows.',
  },
  subjects: (model) => appMeshGateways(model),
  *check(model) {
    for (const gateway of appMeshGateways(model)) {
      const logs = accessLogsOf(model, gateway);
      if (logs.state === 'unknown') yield notEvaluated(gateway, logs.gap);
      if (logs.state === 'unknown' || logs.writers.length === 0) continue;
      const files = logs.writers.filter(({ path }) => path !== null && !isContainerOutput(path));
      const [first, ...rest] = files;
      if (!first || files.length < logs.writers.length) continue;
      const { pods, workloads } = runnersOfGateway(model, gateway);
      const [runner] = [...pods, ...workloads];
      if (!runner) {
        yield notEvaluated(gateway, {
          missing: `the pods of gateway ${gateway.ref.name}`,
          reason: 'none of them, nor the workload that makes them, was among what was read',
          remedy: 'give them with -f, or read the cluster',
        });
        continue;
      }
      const path = first.path ?? '';
      if (isMounted(runner, path)) continue;
      const frozen = isFrozen(gateway);
      yield finding(gateway, {
        message: `Gateway ${gateway.ref.name} writes its access log to ${path} inside the container, where nobody reads it.`,
        effect: frozen ? 'standing' : 'latent',
        evidence: [first.evidence, ...rest.map(({ evidence }) => evidence)],
        cause: 'The file is on no volume: only what the container writes to its standard output is collected.',
        fix: [
          frozen
            ? { say: `Read it in the pod: kubectl exec, then tail ${path}.`, restarts: 'nothing', works: 'now' }
            : {
                say: 'Set spec.logging.accessLog.file.path of the VirtualGateway to /dev/stdout.',
                restarts: 'nothing',
                works: whenObjectsApply(model, [gateway]),
              },
        ],
      });
    }
  },
});

/** True where a volume is mounted at the file's folder or above it: somebody may read it there. */
function isMounted(holder: Pod | Workload, path: string): boolean {
  return holder.containers.some((container) =>
    asList(holder.at(`${container.path}.volumeMounts`).value).some((mount) => {
      const where = asText(asObject(mount).mountPath);
      return where !== undefined && path.startsWith(where.endsWith('/') ? where : `${where}/`);
    }),
  );
}
