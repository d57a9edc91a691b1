import type { Leads, MatcherTree, Predicate, Route, Semantics } from '../table/table.ts';
import { textHolds } from './clauses.ts';
import { describeTest, headerLabel } from './describe.ts';
import { type Facts, headerText, type Truth } from './facts.ts';

/** Where a matcher tree may lead a request. */
export type Leaf =
  | { readonly to: 'routes'; readonly routes: readonly Route[]; readonly by: string }
  | { readonly to: 'unknown'; readonly what: string; readonly by: string }
  | { readonly to: 'nowhere' };

const nowhere: Leaf = { to: 'nowhere' };

/** Every leaf a request may come to; one where all that matters is known. `open` gathers what is not. */
export function leavesOf(tree: MatcherTree, facts: Facts, open: Set<string>): readonly Leaf[] {
  const goesOn = afterMiss(tree, facts.semantics);
  const leaves: Leaf[] = [];
  for (const { when, leads } of tree.branches) {
    const truth = meets(when, facts, open);
    if (truth === false) continue;
    const further = follow(leads, describePredicate(when), facts, open);
    const missed = further.includes(nowhere);
    leaves.push(...further.filter((leaf) => leaf !== nowhere || !goesOn));
    if (missed && goesOn === null) open.add('what this version of Envoy does after a nested matcher without match');
    if (truth === true && (!missed || goesOn === false)) return leaves;
  }
  const last = tree.otherwise ? follow(tree.otherwise, 'no branch takes it', facts, open) : [nowhere];
  return [...leaves, ...last];
}

/** Whether Envoy tries the next branch where a nested matcher takes nothing. */
function afterMiss(tree: MatcherTree, { afterNestedMiss }: Semantics): Truth {
  return afterNestedMiss === null ? null : afterNestedMiss === 'next' || !tree.byPrefix;
}

function follow(leads: Leads, by: string, facts: Facts, open: Set<string>): readonly Leaf[] {
  if (leads.to === 'routes') return [{ ...leads, by }];
  if (leads.to === 'unknown') {
    open.add(leads.what);
    return [{ ...leads, by }];
  }
  return leavesOf(leads.tree, facts, open).map((leaf) =>
    leaf.to === 'nowhere' ? leaf : { ...leaf, by: `${by}, ${leaf.by}` },
  );
}

/** Whether a request is as a predicate asks; `open` gathers what is not known. */
export function meets(predicate: Predicate, facts: Facts, open: Set<string>): Truth {
  switch (predicate.kind) {
    case 'header': {
      const value = headerText(facts, predicate.name);
      if (value === null) open.add(headerLabel(predicate.name));
      // An absent header is no text: no test of it holds, not even one of an empty text.
      return value === null ? null : value !== undefined && textHolds(predicate.test, value);
    }
    case 'not': {
      const truth = meets(predicate.of, facts, open);
      return truth === null ? null : !truth;
    }
    case 'hidden':
      open.add(predicate.what);
      return null;
    default: {
      const decides = predicate.kind === 'any';
      const truths = predicate.of.map((part) => meets(part, facts, new Set()));
      if (truths.includes(decides)) return decides;
      if (!truths.includes(null)) return !decides;
      for (const part of predicate.of) meets(part, facts, open);
      return null;
    }
  }
}

function describePredicate(predicate: Predicate): string {
  switch (predicate.kind) {
    case 'header':
      return `${headerLabel(predicate.name)} ${describeTest(predicate.test)}`;
    case 'not':
      return `not (${describePredicate(predicate.of)})`;
    case 'hidden':
      return predicate.what;
    case 'all':
      return predicate.of.map(describePredicate).join(' and ');
    case 'any':
      return predicate.of.length === 0 ? 'nothing' : `(${predicate.of.map(describePredicate).join(' or ')})`;
  }
}
