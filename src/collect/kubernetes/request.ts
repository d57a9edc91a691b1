import type { InTurn } from '../../lib/at-once.ts';
import type { ReadSource } from '../arrivals.ts';
import type { EnvoyMemory } from '../envoy-admin/paced.ts';
import type { CallLimit, ReadingPace } from '../envoy-admin/pacing.ts';
import type { Harvest } from '../../snapshot/snapshot.ts';
import type { listAll } from './list.ts';

/** Which cluster to read, which part of it is reported, and how its Envoys are reached: plain data. */
export interface LiveRequest {
  /** `--kubeconfig`; null: as kubectl finds it. */
  readonly kubeconfig: string | null;
  /** `--context`, one snapshot each; empty: the current one. */
  readonly contexts: readonly string[];
  /** `-n`; null: the context's namespace. */
  readonly namespace: string | null;
  /** `-A`. */
  readonly allNamespaces: boolean;
  /** `-l`: labels of the gateways in scope; null: all. */
  readonly selector: string | null;
  /** `vgw/NAME`, `--gateway NS/NAME`: the gateways in scope, `NAME` or `NS/NAME`; empty: all. */
  readonly gateways: readonly string[];
  /** `--as`. */
  readonly as: string | null;
  readonly via: 'auto' | 'agent' | 'port-forward' | 'direct';
  readonly adminPort: number;
  readonly maxPods: number;
  /** `--targets`: also the Envoys of target pods that are not ready. */
  readonly targets: boolean;
  /** An agent that runs no rules reads a part alone; absent: everything. */
  readonly part?: Part;
  /** What one agent counts while it reads everything: its Envoys are read before `maxPods` ends. */
  readonly ahead?: Part;
}

/** The part of a cluster that one agent measures: only pods, nodes and VirtualGateways are listed for it, unless it tells routes. */
export interface Part {
  /** Only pods of this node; null: of every one. */
  readonly node: string | null;
  /** Only gateways that fall to `me` among the members; null: all. */
  readonly share: { readonly me: string; readonly members: readonly string[] } | null;
  /** Requests are told by the object of their route: all of App Mesh is listed. */
  readonly routes: boolean;
}

/** The current context and its namespace. */
export const currentContext: LiveRequest = {
  kubeconfig: null,
  contexts: [],
  namespace: null,
  allNamespaces: false,
  selector: null,
  gateways: [],
  as: null,
  via: 'auto',
  adminPort: 9901,
  maxPods: 20,
  targets: false,
};

/** How to read one cluster. */
export interface ClusterRequest {
  readonly live: LiveRequest;
  /** One of its contexts; null: the current one. */
  readonly context: string | null;
  readonly keep: boolean;
  readonly whole: boolean;
  readonly windowMs: number;
  readonly requestTimeoutMs: number;
  readonly readAt: string;
  readonly signal: AbortSignal;
  readonly source: ReadSource;
  /** At most three Envoys are read at once, wherever they are. */
  readonly inTurn: InTurn;
  readonly paced?: PacedReading;
  readonly limit?: CallLimit;
}

/** How Envoys are read that are read again and again, and what is remembered of each, by its key. */
export interface PacedReading extends ReadingPace {
  readonly memories: Map<string, EnvoyMemory>;
  /** Lists that are kept up to date; absent: each reading lists anew. */
  readonly list?: typeof listAll;
  /** What was made of them before, by resource. */
  readonly kinds?: Map<string, KindMemory>;
}

/** What was made of a kind before, and the marks of its lists then. */
export interface KindMemory {
  readonly marks: readonly object[];
  readonly harvest: KindHarvest;
}

/** What one kind brings. */
export type KindHarvest = Pick<Harvest, 'documents' | 'objects' | 'manifests' | 'redactions'>;
