import type { Model } from '../model/model.ts';
import { backingOf } from '../model/platform/backing.ts';
import type { Service } from '../model/platform/kinds.ts';
import type { Evidence } from '../snapshot/evidence.ts';
import type { Fix } from './finding.ts';
import { patched } from './threats/threat.ts';

/** Why a connection to a listener's port cannot be answered. */
export interface PortMismatch {
  readonly says: string;
  readonly evidence: readonly [Evidence, ...Evidence[]];
  readonly fix: Fix;
  /** Declared container ports are information only: a process may listen on others. */
  readonly certain: boolean;
}

/** What is wrong with the way from a listener's port through its Service to a container; null: nothing that is seen. */
export function portMismatch(model: Model, service: Service, port: number): PortMismatch | null {
  const { ref, headless, ports } = service;
  const name = `${ref.namespace}/${ref.name}`;
  if (service.spec.type === 'ExternalName') return null;
  const entry = ports.find((candidate) => candidate.port === port);
  const numbers = ports.map((candidate) => candidate.port).join(', ') || 'none';
  const containers = backingOf(model, service).flatMap((backing) =>
    backing.containers.flatMap((container) => container.ports.map((declared) => ({ backing, ...declared }))),
  );
  if (!headless && !entry) {
    return {
      says: `its Service ${name} has no such port (it has ${numbers})`,
      evidence: [service.at('spec.ports')],
      fix: addPort(service, port, containers),
      certain: true,
    };
  }
  const target = headless ? port : (entry?.targetPort ?? port);
  const first = containers[0];
  if (
    !first ||
    containers.some((declared) => (typeof target === 'number' ? declared.port : declared.name) === target)
  ) {
    return null;
  }
  const declared = [...new Set(containers.map((container) => container.port))].join(', ');
  return {
    says: `${headless ? `the pods of its headless Service ${name} declare` : `port ${port} of its Service ${name} leads to ${target}, and its pods declare`} ${declared}`,
    evidence: [service.at(entry?.path ?? 'spec.clusterIP'), first.backing.from.at(first.path)],
    fix: {
      say: headless
        ? `Make the pods listen on port ${port}, or reach them through a Service with a cluster IP that maps port ${port}.`
        : `Set targetPort of port ${port} of Service ${name} to the port its pods listen on (${declared}).`,
      restarts: headless ? 'target' : 'nothing',
      works: 'now',
    },
    certain: typeof target === 'string',
  };
}

/** A Service may have many ports: adding the one that Envoy asks for changes nothing for anybody else. */
function addPort(service: Service, port: number, containers: readonly { readonly port: number }[]): Fix {
  const { ref, ports } = service;
  const only = ports.length === 1 ? ports[0]?.targetPort : containers.length === 1 ? containers[0]?.port : undefined;
  const say = `Add port ${port}${only === undefined ? '' : ` with targetPort ${only}`} to Service ${ref.namespace}/${ref.name}; its other ports stay.`;
  if (only === undefined) return { say, restarts: 'nothing', works: 'now' };
  const patch = [{ op: 'add', path: '/spec/ports/-', value: { name: `mesh-${port}`, port, targetPort: only } }];
  const named = ports.length > 1 || typeof service.at('spec.ports[0].name').value === 'string';
  const change = named ? patched(ref, 'service', { type: 'json', patch }) : {};
  return { say, ...change, restarts: 'nothing', works: 'now' };
}
