import { refKey } from '../../snapshot/object.ts';
import { upstreams } from '../envoy/upstreams.ts';
import type { Model } from '../model.ts';
import type { VirtualNode } from './kinds.ts';

/** Whether gateways send requests to a target. */
export type Asked = 'asked' | 'not-asked' | 'unknown';

/** Looks for a cluster that leads to a VirtualNode (to this port of it); `not-asked` where every gateway was read whole and has none. */
export function askedFor(model: Model, node: VirtualNode, port: number | null = null): Asked {
  const key = refKey(node.ref);
  const leads = upstreams(model).filter((upstream) => upstream.node === node || refKey(upstream.ref) === key);
  const toPort = leads.filter(({ cluster }) => port === null || cluster.targets.some((target) => target.port === port));
  if (toPort.length > 0) return 'asked';
  const readWhole = model.gateways.every(
    ({ envoys }) => envoys.length > 0 && envoys.every(({ clusterConfig }) => clusterConfig.state === 'listed'),
  );
  return readWhole && model.gateways.length > 0 ? 'not-asked' : 'unknown';
}
