import { describe, expect, it } from 'vitest';
import { loadRule, ruleFiles } from '../../src/dev/rule-files.ts';
import type { Fix } from '../../src/diagnose/finding.ts';
import { runRule } from '../../src/diagnose/run.ts';
import { buildModel } from '../../src/model/model.ts';
import { validate } from '../../src/schema/validate.ts';
import { refKey, refText } from '../../src/snapshot/object.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { jsonPatched, mergePatched } from '../support/apply-patch.ts';
import { readKubectl } from '../support/kubectl.ts';
import { snapshotOf } from '../support/snapshot-of.ts';

/** Every fix of every rule that changes an object: the change applies, keeps the object valid, and is what the command says. */
const rules = await Promise.all(ruleFiles().map(loadRule));
const fixes = rules.flatMap(({ rule, cases }) =>
  cases.fires.flatMap((given) => {
    const snapshot = snapshotOf(given);
    const { findings } = runRule(buildModel(snapshot), rule);
    return findings.flatMap(({ fix }, at) =>
      fix.map((one, step) => ({ name: `${rule.id}: ${given.name} (${at}.${step})`, fix: one, snapshot })),
    );
  }),
);
const changes = fixes.filter(({ fix }) => fix.patch !== undefined);

describe('fixes that change objects', () => {
  it('are many', () => expect(changes.length).toBeGreaterThan(20));

  it.each(changes)('$name', ({ fix, snapshot }) => {
    const { patch } = fix;
    const object = targetOf(fix, snapshot);
    expect(['merge', 'json']).toContain(patch?.type);
    const before = object.body;
    const after = patch?.type === 'merge' ? mergePatched(before, patch.patch) : jsonPatched(before, patch?.patch);
    expect(after).not.toEqual(before);
    const known = new Set(validate(object.ref.kind, before).map(({ message }) => message));
    expect(validate(object.ref.kind, after).filter(({ message }) => !known.has(message))).toEqual([]);
  });

  it('whose command is a kubectl patch carry the same as data', () => {
    const commands = fixes.filter(({ fix }) => /^kubectl (-n \S+ )?patch /.test(fix.command ?? ''));
    expect(commands.length).toBeGreaterThan(10);
    for (const { name, fix } of commands) {
      const { namespace, flags, patch, targets } = readKubectl(fix.command ?? '');
      expect(fix.patch, name).toMatchObject({ type: flags.type, target: { name: targets[0]?.name, namespace } });
      expect(fix.patch?.patch, name).toEqual(patch);
      expect(fix.patch?.target.kind.toLowerCase(), name).toBe(targets[0]?.kind);
    }
  });
});

/** The object of a change; one of its kind and name where another version of the kind was read. */
function targetOf({ patch }: Fix, { objects }: Snapshot) {
  const wanted = patch?.target;
  if (!wanted) throw new Error('no change');
  const found =
    objects.find(({ ref }) => refKey(ref) === refKey(wanted)) ??
    objects.find(
      ({ ref }) => ref.name === wanted.name && ref.kind === wanted.kind && ref.namespace === wanted.namespace,
    );
  if (!found) throw new Error(`no ${refText(wanted)}`);
  return found;
}
