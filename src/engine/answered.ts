import { comparable, differences } from '../routing/compare-decisions.ts';
import type { Decided, ExplainRequest, Replica } from '../routing/explained.ts';
import type { Decision } from '../routing/match/decision.ts';
import type { RoutingRequest } from '../routing/match/request.ts';
import type { Step } from '../routing/match/steps.ts';
import { arriving } from './arriving.ts';
import { decideBy, decideDesired, orUndefined } from './decide-by.ts';
import type { RunningTable } from './deciders.ts';
import { narrow } from './logged.ts';
import type { Way } from './way.ts';

/** What some replicas of a gateway decide alike. */
export interface Alike {
  readonly running: RunningTable;
  /** The request as it arrives at their listener. */
  readonly routing: RoutingRequest;
  readonly decision: Decision;
  /** Their labels; none: the table was made from objects. */
  readonly envoys: readonly string[];
}

/** What a gateway decides: by the table most replicas run, by the others, and by what its objects ask for. */
export interface Answered {
  readonly first: Alike;
  readonly others: readonly Alike[];
  readonly asked: Decision | null;
}

/** Who hears the steps of a table's decision; null: nobody. */
export type Listening = (running: RunningTable) => ((step: Step) => void) | null;

/** Decides a request that came this way by every table of the gateway, and by what its objects ask for. */
export function answer(way: Way, request: ExplainRequest, listening: Listening | null): Answered {
  const { desired } = way.decider;
  const [first, ...others] = alikeOf(way, request, listening);
  const asked = first.running.envoys.length > 0 && desired ? decideDesired(desired, first.routing, way) : null;
  return { first, others, asked };
}

/** Decides it by the tables alone: what most replicas decide comes first. */
export function alikeOf(way: Way, request: ExplainRequest, listening: Listening | null): readonly [Alike, ...Alike[]] {
  const { tables, desired } = way.decider;
  const all = tables.map((running): Alike => {
    const routing = arriving(request, way, running.table);
    const free = decideBy(running, routing, way, listening?.(running) ?? null);
    const sure = running.envoys.length === 0 && desired ? orUndefined(free, desired, routing, way) : free;
    const decision = request.logged ? narrow(sure, request.logged) : sure;
    return { running, routing, decision, envoys: running.envoys.map(({ label }) => label) };
  });
  const [first, ...others] = all.length === 1 ? all : together(all);
  if (!first) throw new Error('a decider without a table');
  return [first, ...others];
}

/** The answer as it is told. */
export function decidedOf({ first, others, asked }: Answered, { id, method, url }: ExplainRequest): Decided {
  return {
    id,
    method,
    url,
    decision: first.decision,
    desired: asked,
    differs: asked ? differences(first.decision, asked) : [],
    by: { envoys: first.envoys },
    replicas: others.map(
      ({ envoys, decision }): Replica => ({ envoys, decision, differs: differences(decision, first.decision) }),
    ),
  };
}

/** What most replicas decide first; an Envoy that holds no listener is not asked before one that does. */
function together(all: readonly Alike[]): readonly Alike[] {
  const groups = new Map<string, Alike>();
  for (const one of all) {
    const key = comparable(one.decision);
    const held = groups.get(key);
    groups.set(key, held ? { ...held, envoys: [...held.envoys, ...one.envoys] } : one);
  }
  const weight = ({ running, envoys }: Alike): number => (running.table.listeners.length === 0 ? 0 : envoys.length);
  return [...groups.values()].sort((one, other) => weight(other) - weight(one));
}
