import { decide } from '../match/decide.ts';
import type { Decision } from '../match/decision.ts';
import type { RoutingRequest } from '../match/request.ts';
import type { Cube } from '../space/cube.ts';
import { type Condition, type Field, type Solver, wordCondition } from '../space/field.ts';
import { find } from '../space/find.ts';
import { textLanguage } from '../space/language.ts';
import { requestOf } from '../space/request-of.ts';
import type { Scene } from '../space/scene.ts';
import type { Table } from '../table/table.ts';
import type { Profile } from './ending.ts';
import type { Way } from './flatten.ts';

/** Requests that end otherwise in one table than in the other: one of them, decided by both. */
export interface Difference {
  readonly request: RoutingRequest;
  readonly one: Decision;
  readonly other: Decision;
  /** The parts of the ending that differ. */
  readonly parts: readonly string[];
}

/** Two ways that share requests and may end differently. */
export interface Question {
  readonly tables: readonly [Table, Table];
  readonly profile: Profile;
  readonly scene: Scene;
  readonly solver: Solver;
  /** What both ways ask. */
  readonly both: readonly Condition[];
  /** What decides before either. */
  readonly candidates: readonly Cube[];
  readonly one: Way;
  readonly other: Way;
}

/** Two forms of an ending can agree on single requests (`/a` + rest against `/a`): so many are tried. */
const mostTries = 8;

/** Searches a request that takes both ways and ends differently: the difference, null where there is none, or why it is undecided. */
export function settle(question: Question): Difference | string | null {
  const { tables, profile, scene, solver, candidates, one, other } = question;
  let asked = question.both;
  for (let tries = 0; tries < mostTries; tries += 1) {
    const answer = find(solver, asked, candidates);
    if (answer.kind === 'covered') return null;
    if (answer.kind === 'undecided') return answer.budget;
    const { point } = answer;
    for (const field of point.keys()) {
      if (field.kind === 'flag') return `it hangs on what no request tells: ${field.key}`;
    }
    const request = requestOf(scene, solver, point, one.cube.connect);
    if (!request) return 'it hangs on a header that changes how a request is read';
    const decisions = [decide(tables[0], request), decide(tables[1], request)] as const;
    if (!follows(decisions[0], one) || !follows(decisions[1], other)) {
      throw new Error(`the comparison and the matcher disagree about ${request.authority}${request.target}`);
    }
    const parts = partsThatDiffer(one, other, decisions, profile);
    if (parts.length > 0) return { request, one: decisions[0], other: decisions[1], parts };
    asked = [...asked, otherThan(question, request)];
  }
  return 'two rewrites that agree on every request tried';
}

/** A condition that leaves out one request, by what the endings differ in. */
function otherThan({ scene, one, other }: Question, { authority, target }: RoutingRequest): Condition {
  const not = (field: Field, word: string): Condition =>
    wordCondition(
      field,
      textLanguage({ kind: 'exact', value: word, ignoreCase: false }, (text) => text === word, 'byte'),
      false,
      true,
    );
  if (one.ending.host !== other.ending.host) return not(scene.host, authority ?? '');
  return not(scene.path, (scene.targets ? target : target?.split('?', 1)[0]) ?? '');
}

/** Whether a decision takes a way: by the same routes. */
function follows(decision: Decision, { routes, ending }: Way): boolean {
  if (ending.kind === 'unknown') return true;
  const taken = (one: Decision): boolean => {
    const at = one.hops.flatMap(({ route }) => route?.pointer ?? []);
    return at.join() === routes.map(({ place }) => place.pointer).join();
  };
  return [decision, ...decision.candidates].some(taken);
}

function partsThatDiffer(
  { ending: one }: Way,
  { ending: other }: Way,
  [first, second]: readonly [Decision, Decision],
  profile: Profile,
): readonly string[] {
  const parts: string[] = [];
  if (first.outcome !== second.outcome || one.kind !== other.kind) parts.push('outcome');
  if (first.status !== second.status) parts.push('status');
  if (one.clusters !== other.clusters) parts.push('cluster');
  if (first.location !== second.location) parts.push('location');
  const [sent, alsoSent] = [first.hops.at(-1)?.rewrite, second.hops.at(-1)?.rewrite];
  if (first.outcome === 'forward' && second.outcome === 'forward') {
    if (sent?.path !== alsoSent?.path) parts.push('path');
    if (sent?.host !== alsoSent?.host) parts.push('host');
  }
  if (profile === 'all') {
    if (one.timeoutMs !== other.timeoutMs) parts.push('timeout');
    for (const part of ['retries', 'headers', 'filters'] as const) if (one[part] !== other[part]) parts.push(part);
  }
  return parts;
}
