/** One step of a decision, for people: what was looked at, and why it took or refused the request. */
export interface Step {
  readonly stage: 'listener' | 'filter-chain' | 'request' | 'virtual-host' | 'route' | 'filter' | 'action' | 'cluster';
  /** What was looked at: a listener's name, a domain, a route. */
  readonly object: string;
  readonly verdict: 'matched' | 'refused' | 'skipped' | 'unknown';
  /** The clause that decided, as a person would write it; empty where none. */
  readonly clause: string;
  readonly reason: string;
  /** Which pass through the gateway: 0 the first. */
  readonly hop: number;
  /** Of a route: where it stands, and how many of its clauses refused. */
  readonly place: { readonly document: string; readonly pointer: string } | null;
  readonly refusals: number;
}

/** Hears the steps of a decision; null where nobody asks. */
export type Trace = ((step: Omit<Step, 'hop'>) => void) | null;
