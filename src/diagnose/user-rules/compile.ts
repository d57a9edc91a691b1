import { nearest } from '../../lib/nearest.ts';
import type { Model } from '../../model/model.ts';
import { refKey, refText } from '../../snapshot/object.ts';
import type { RulePlace, UserRuleText } from '../../snapshot/user-rule.ts';
import { finding, notEvaluated, type Outcome, type Rule } from '../rule.ts';
import { type CelExpression, CelRefused, celOver } from './cel.ts';
import { Meter } from './meter.ts';
import { type Judged, modelTypes, type SubjectKind, subjectKinds } from './subjects.ts';
import { readTemplate, type Template } from './template.ts';
import { Unseen } from './view.ts';

/** Why a user rule is not taken, and where in its file. */
export interface RuleFault {
  readonly file: string;
  readonly place: RulePlace;
  readonly reason: string;
}

/** User rules made ready to run, and what is wrong with the others. */
export interface Compiled {
  readonly rules: readonly Rule[];
  readonly faults: readonly RuleFault[];
}

/** Steps a rule may take: enough for any sentence about each subject, too few for lists of lists of lists. */
const baseBudget = 200_000;
const budgetForEach = 2_000;

/** Makes rules of their texts. Their ids must differ from each other's and from `taken`, those of the built-in rules. */
export function compileRules(texts: readonly UserRuleText[], taken: Iterable<string>): Compiled {
  const ids = new Set(taken);
  const rules: Rule[] = [];
  const faults: RuleFault[] = [];
  for (const text of texts) {
    const { file, id, places } = text;
    if (ids.has(id)) faults.push({ file, place: places.id, reason: `id: there is a rule ${id} already` });
    ids.add(id);
    const refuse = (part: keyof UserRuleText['places'], error: unknown): void => {
      if (!(error instanceof CelRefused)) throw error;
      faults.push({ file, place: places[part], reason: `${part}: ${reasonOf(error)}` });
    };
    const kind = subjectKinds.find(({ each }) => each === text.each);
    if (!kind) {
      faults.push({ file, place: places.each, reason: `each: ${unknownKind(text.each)}` });
      continue;
    }
    const read = celOver({ name: kind.variable, type: kind.type }, modelTypes);
    const when = tried(
      () => conditionOf(read(text.when)),
      (error) => refuse('when', error),
    );
    const message = tried(
      () => readTemplate(text.message, read),
      (error) => refuse('message', error),
    );
    if (when && message) rules.push(makeRule(text, kind, when, message));
  }
  return { rules: faults.length > 0 ? [] : rules, faults };
}

function tried<T>(make: () => T, refuse: (error: unknown) => void): T | null {
  try {
    return make();
  } catch (error) {
    refuse(error);
    return null;
  }
}

function conditionOf(expression: CelExpression): CelExpression {
  if (expression.type === 'bool' || expression.type === 'dyn') return expression;
  throw new CelRefused(`it gives ${expression.type}, and must say true or false`);
}

function reasonOf({ message, unknown }: CelRefused): string {
  if (unknown === null) return message;
  const names = [
    ...modelTypes.flatMap(({ fields }) => Object.keys(fields)),
    ...subjectKinds.map((one) => one.variable),
  ];
  const near = nearest(unknown, names);
  return `${message}${near === null || near === unknown ? '' : `, did you mean ${near}?`}`;
}

function unknownKind(each: string): string {
  const names = subjectKinds.map((kind) => kind.each);
  const near = nearest(each, names);
  return `there is nothing called ${each}${near === null ? `; known are ${names.join(', ')}` : `, did you mean ${near}?`}`;
}

function makeRule(text: UserRuleText, kind: SubjectKind, when: CelExpression, message: Template): Rule {
  const { id, title, severity, explains, docs, cause } = text;
  return {
    id,
    title,
    severity,
    latentError: true,
    needs: [[kind.part]],
    explains,
    docs: { what: title, why: cause, fix: text.fix.map(({ say }) => say).join(' '), seen: docs },
    subjects: (model) => kind.list(model),
    check: (model) => judgeAll(text, [...kind.list(model)], when, message, model),
  };
}

function* judgeAll(
  text: UserRuleText,
  subjects: readonly Judged[],
  when: CelExpression,
  message: Template,
  model: Model,
): Iterable<Outcome> {
  const meter = new Meter(baseBudget + budgetForEach * subjects.length);
  const said = new Set<string>();
  for (const subject of subjects) {
    const outcome = judge(text, subject, when, message, meter, model);
    // The Envoys of one gateway say the same of a part they share: it is one finding.
    const key = `${refKey(subject.ref)} ${outcome?.type}`;
    if (!outcome || said.has(key)) continue;
    said.add(key);
    yield outcome;
  }
}

function judge(
  text: UserRuleText,
  subject: Judged,
  when: CelExpression,
  message: Template,
  meter: Meter,
  model: Model,
): Outcome | null {
  const result = when.run(subject.view, meter);
  if (result.type === 'missing') return notEvaluated(subject, missingField(subject, result.field));
  if (result.type === 'error') return notEvaluated(subject, undecidable(text, result.reason));
  if (result.type === 'thrown') {
    if (result.error instanceof Unseen) return notEvaluated(subject, result.error.gap);
    throw result.error;
  }
  if (typeof result.value !== 'boolean') return notEvaluated(subject, undecidable(text, 'it is not true or false'));
  if (!result.value) return null;
  return finding(subject, {
    message: message(subject.view, meter, `${text.title}: ${refText(subject.ref)}.`),
    effect: text.effect,
    evidence: subject.evidence(text.evidence),
    cause: text.cause,
    fix: text.fix.map((fix) => guarded(fix, model)),
    affects: subject.gateway ? [subject.gateway] : [],
    discriminator: '',
  });
}

/** A rule's fix is a sentence, not a command: nothing here can restart a gateway. */
function guarded(fix: UserRuleText['fix'][number], model: Model): UserRuleText['fix'][number] {
  const frozen = model.gateways.some(
    (gateway) => gateway.frozen.state === 'observed' || gateway.frozen.state === 'assumed',
  );
  if (!frozen || fix.restarts !== 'gateway') return fix;
  return { ...fix, say: `${fix.say} Not on a frozen gateway: it comes back empty.` };
}

function missingField(subject: Judged, field: string): Parameters<typeof notEvaluated>[1] {
  return {
    missing: `${field} of ${refText(subject.ref)}`,
    reason: 'it is not there, and the rule reads it without asking has()',
    remedy: `write has(${field}) && … where it may be absent`,
  };
}

function undecidable({ id }: UserRuleText, reason: string): Parameters<typeof notEvaluated>[1] {
  return { missing: `an answer of ${id}`, reason, remedy: null };
}
