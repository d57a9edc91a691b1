import { memoize } from '../lib/memo.ts';
import { recordReads } from '../lib/reads.ts';
import type { Model } from '../model/model.ts';
import type { Rule, RuleRun } from './rule.ts';
import { runRule } from './run.ts';

interface Said {
  readonly run: RuleRun;
  /** What the rule read, by name. */
  readonly behind: ReadonlyMap<string, unknown>;
}

/** What rules said of a cluster that is read again and again: one that read nothing which changed since says the same. */
export class RuleMemory {
  readonly #said = new WeakMap<Rule, Said>();

  /** As `runRule`. */
  readonly run = (model: Model, rule: Rule): RuleRun => {
    const before = this.#said.get(rule);
    const behind = behindOf(model);
    if (before && [...before.behind].every(([name, value]) => isSame(value, behind(name)))) return before.run;
    const { value: run, reads } = recordReads(() => runRule(model, rule));
    this.#said.set(rule, { run, behind: new Map([...reads].map((name) => [name, behind(name)])) });
    return run;
  };
}

/** What stands behind a name, found out once a model. */
const behindOf = memoize((model: Model): ((name: string) => unknown) => {
  const known = new Map<string, unknown>();
  return (name) => {
    if (!known.has(name)) known.set(name, model.behind(name));
    return known.get(name);
  };
});

function isSame(before: unknown, now: unknown): boolean {
  if (!Array.isArray(before) || !Array.isArray(now)) return before === now;
  return before === now || (before.length === now.length && before.every((item, at) => item === now[at]));
}
