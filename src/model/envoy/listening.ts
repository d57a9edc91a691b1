import type { Evidence } from '../../snapshot/evidence.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { sectionProof } from '../inventory.ts';
import { lastStat } from './counters.ts';
import type { Envoy } from './envoy.ts';

/** Whether an Envoy holds any listener, as far as it was seen, with what shows that it holds none. */
export type Listening =
  | { readonly state: 'listening' }
  | { readonly state: 'empty'; readonly evidence: readonly [Evidence, ...Evidence[]] }
  | { readonly state: 'unknown' };

/**
 * Whether an Envoy holds any listener. One that restarted without its control plane holds none: it waits in
 * PRE_INITIALIZING for ever, or says LIVE once its fetch timed out.
 */
export function listening(snapshot: Snapshot, envoy: Envoy): Listening {
  const { listenerConfig, listeners, stats } = envoy;
  const configured = listenerConfig.state === 'not-read' ? [] : listenerConfig.value;
  if (configured.some(({ state }) => state !== 'none')) return { state: 'listening' };
  if (listeners.state !== 'not-read' && listeners.value.length > 0) return { state: 'listening' };
  const active = lastStat(stats, 'listener_manager.total_listeners_active');
  if (active && active.value > 0) return { state: 'listening' };
  const [first, ...rest] = [
    active ? { ...active.evidence, note: 'listener_manager.total_listeners_active' } : null,
    sectionProof(snapshot, envoy.key, 'listeners', '/listeners names no listener'),
    sectionProof(snapshot, envoy.key, 'listener_config', 'the config dump holds no listener'),
  ].filter((proof) => proof !== null);
  return first ? { state: 'empty', evidence: [first, ...rest] } : { state: 'unknown' };
}
