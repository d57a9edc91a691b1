import type { LiveRequest } from '../collect/kubernetes/request.ts';
import type { DiagnoseOptions } from '../engine/protocol.ts';
import type { CopyPlace } from './copy-place.ts';
import type { LeaseTimes } from './election.ts';

/** Where rescue copies are kept. */
export interface RescueOptions {
  readonly place: CopyPlace;
  /** They are read there: the place itself where it is a folder. */
  readonly folder: string;
}

/** How an agent is run. */
export interface AgentOptions {
  /** `daemonset`: it counts the pods of its node; `deployment`: the gateways that fall to it. */
  readonly mode: 'daemonset' | 'deployment';
  /** Its name: unique in the cluster, and the same as long as it lives. */
  readonly name: string;
  /** The node it runs on; null where nobody said. */
  readonly node: string | null;
  /** Which cluster and what of it, and how Envoys are reached. */
  readonly live: LiveRequest;
  /** Where its Leases lie, and what they are called. */
  readonly lease: { readonly namespace: string; readonly name: string };
  readonly times: LeaseTimes;
  /** Between the beginnings of two looks, in milliseconds. */
  readonly intervalMs: number;
  readonly listen: { readonly host: string; readonly port: number };
  /** The port on loopback where `--via agent` is answered; null: nowhere. */
  readonly adminProxyPort: number | null;
  readonly requestTimeoutMs: number;
  /** No call is made that is expected to block an Envoy for longer, in milliseconds. */
  readonly maxCallMs: number;
  /** Where the leader keeps rescue copies of frozen gateways; null: it keeps none. */
  readonly rescue: RescueOptions | null;
  /** Which rules the leader runs. */
  readonly diagnose: DiagnoseOptions;
  /** Whether the logs of the gateway pods it counts are followed. */
  readonly logs: boolean;
  /** The folder of the node's log files, read instead of asking the API server; null: that is asked. */
  readonly nodeLogs: string | null;
  /** Whether the leader tells changes as Events. */
  readonly events: boolean;
}
