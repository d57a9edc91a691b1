import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { catalogue } from '../../rules/index.ts';
import { collect } from '../../src/collect/collect.ts';
import { type CollectRequest, emptyRequest } from '../../src/collect/request.ts';
import type { Finding } from '../../src/diagnose/finding.ts';
import { diagnose } from '../../src/diagnose/run.ts';
import { buildModel } from '../../src/model/model.ts';
import { refText } from '../../src/snapshot/object.ts';

/** A story of the corpus: what was seen of a cluster, what was wrong in it, and what is to be said of it. */
export interface Story {
  readonly name: string;
  readonly says: string;
  /** Faults that were put in, each as the finding that names it: `rule Kind namespace/name`. None: it is healthy. */
  readonly planted: readonly string[];
  /** Those of `planted` that no rule finds yet, and accusations that are wrong: they count against us until mended. */
  readonly missed: readonly string[];
  readonly wrong: readonly string[];
  /** Every finding, one a line: `severity effect rule subjects`; a symptom is indented under its root. */
  readonly expect: string;
  /** A base and what was edited by hand; null: the story was captured from real servers, in the bundle beside it. */
  readonly manifests: string | null;
  readonly now: string | null;
  /** A folder in which rescue copies lie, or shall; null: meshdoctor is not told of one. */
  readonly copies: string | null;
}

const folder = 'test/fixtures/stories';

/** The corpus, by name. */
export function readStories(): readonly Story[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return files.sort().map((file) => {
    const name = file.slice(0, -'.yaml'.length);
    const given = parse(readFileSync(join(folder, file), 'utf8'));
    const { says, planted = [], missed = [], wrong = [], expect = '', now = null, copies } = given;
    const captured = existsSync(bundleOf(name));
    if (!captured && given.base === undefined)
      throw new Error(`${file}: neither a base to edit nor a bundle beside it`);
    const manifests = captured ? null : edited(given.base, given.without ?? [], given.edits ?? '');
    return {
      name,
      says,
      planted,
      missed,
      wrong,
      expect: expect.trimEnd(),
      manifests,
      now,
      copies: copies === undefined ? null : copiesOf(copies),
    };
  });
}

/** The manifests of a story of the lab without some objects, and with others: of two of one name the last is taken. */
function edited(base: string, without: readonly string[], edits: string): string {
  const manifests = join('test/lab/stories', base, 'manifests');
  const texts = readdirSync(manifests).map((file) => readFileSync(join(manifests, file), 'utf8'));
  const objects = texts.flatMap((text) => parseAllDocuments(text).map((one) => one.toJS()));
  const nameOf = ({ kind, metadata: { namespace, name } }: KubernetesBody): string =>
    `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  const unknown = without.find((gone) => !objects.some((object) => nameOf(object) === gone));
  if (unknown !== undefined) throw new Error(`base ${base} holds no ${unknown}`);
  const kept = objects.filter((object) => !without.includes(nameOf(object)));
  return [...kept.map((object) => JSON.stringify(object)), edits].join('\n---\n');
}

interface KubernetesBody {
  readonly kind: string;
  readonly metadata: { readonly namespace?: string; readonly name: string };
}

/** Where a captured story's bundle lies. */
export function bundleOf(name: string): string {
  return join(folder, `${name}.tar.gz`);
}

/** Where rescue copies of a story lie. */
export function copiesOf(name: string): string {
  return join(folder, 'copies', name);
}

/** Where a story itself lies. */
export function storyOf(name: string): string {
  return join(folder, `${name}.yaml`);
}

/** What every rule says of a story, roots first, each followed by its symptoms. */
export function findingsOf({
  name,
  manifests,
  now,
  copies,
}: Pick<Story, 'name' | 'manifests' | 'now' | 'copies'>): Promise<readonly Finding[]> {
  const sources = manifests === null ? { bundles: [bundleOf(name)] } : { files: ['-'], stdin: manifests, closed: true };
  return findingsIn({ ...sources, rescueCopies: copies === null ? [] : [copies], now });
}

/** What every rule says of these sources; a rule that fails is an error. */
export async function findingsIn(request: Partial<CollectRequest>): Promise<readonly Finding[]> {
  const { snapshot } = await collect({ ...emptyRequest, ...request });
  const { findings, checks } = diagnose(
    buildModel(snapshot),
    catalogue.map(({ rule }) => rule),
  );
  const failed = checks.flatMap(({ rule, failed: why }) => (why === null ? [] : [`${rule} failed: ${why}`]));
  if (failed.length > 0) throw new Error(failed.join('; '));
  return findings;
}

/** Findings as a story's `expect` writes them. */
export function written(findings: readonly Finding[]): string {
  return findings
    .map(
      ({ severity, effect, rule, subjects, foldedUnder }) =>
        `${foldedUnder === null ? '' : '  '}${severity} ${effect} ${rule} ${subjects.map(refText).join(', ')}`,
    )
    .join('\n');
}

/** How many faults were planted and found, and how many findings name none, of one family of rules or of all. */
export interface Score {
  readonly planted: number;
  readonly found: number;
  readonly wrong: number;
}

/** A finding that accuses: a root above information that is not true of every gateway. Symptoms and information accuse nobody. */
export function accusations(findings: readonly Finding[]): readonly string[] {
  return findings
    .filter(({ severity, effect, foldedUnder }) => severity !== 'info' && effect !== 'standing' && foldedUnder === null)
    .map(({ rule, subjects: [first] }) => `${rule} ${first ? refText(first) : ''}`);
}

/** Compares what was planted with what is said: a fault counts as found where any finding of its rule names its object. */
export function score(planted: readonly string[], findings: readonly Finding[]): Score {
  const said = new Set(findings.flatMap(({ rule, subjects }) => subjects.map((ref) => `${rule} ${refText(ref)}`)));
  return {
    planted: planted.length,
    found: planted.filter((fault) => said.has(fault)).length,
    wrong: accusations(findings).filter((one) => !planted.includes(one)).length,
  };
}
