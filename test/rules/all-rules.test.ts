import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { loadRule, ruleFiles } from '../../src/dev/rule-files.ts';
import type { RuleRun } from '../../src/diagnose/rule.ts';
import { runRule } from '../../src/diagnose/run.ts';
import { asObject, asTextMap, type JsonObject, valueAt } from '../../src/lib/json.ts';
import { memoize } from '../../src/lib/memo.ts';
import { recordReads } from '../../src/lib/reads.ts';
import { buildModel } from '../../src/model/model.ts';
import { type Part, parts } from '../../src/model/parts.ts';
import type { Evidence } from '../../src/snapshot/evidence.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { afterTheEnd } from '../support/frozen.ts';
import { gatewayThings, harmOf } from '../support/gateway-harm.ts';
import { type Given, snapshotOf } from '../support/snapshot-of.ts';

const rules = await Promise.all(ruleFiles().map(async (file) => ({ file, ...(await loadRule(file)) })));

describe('the rules', () => {
  it('are there', () => expect(rules.length).toBeGreaterThanOrEqual(15));
});

describe.each(rules.map((entry) => ({ name: entry.file.id, ...entry })))('$name', ({ file, rule, cases }) => {
  const all: readonly Given[] = [...cases.fires, ...cases.quiet];
  const runOn = memoize((given: Given) => runRule(buildModel(snapshotOf(given)), rule));

  it('is named by its file', () => expect(rule.id).toBe(file.id));

  it('fits in 120 lines: beyond that it is two rules or wants a better model', () => {
    expect(readFileSync(`rules/${file.family}/${file.id}.ts`, 'utf8').split('\n').length - 1).toBeLessThanOrEqual(120);
  });

  it('has a page: what, why, fix, seen', () => {
    for (const text of [rule.title, ...Object.values(rule.docs)]) expect(text).toMatch(/\S.*\S/);
  });

  it('declares exactly the parts of the model it reads; names only subjects it declared, and counts each once', () => {
    const read = new Set<Part>();
    for (const given of all) {
      const model = buildModel(snapshotOf(given));
      const { value, reads } = recordReads(() => runRule(model, rule));
      for (const part of parts) if (reads.has(part)) read.add(part);
      const { check } = value;
      expect(check.failed).toBeNull();
      const judged = check.found + check.clear + check.undecided.length + check.notEvaluated.length;
      if (check.notEvaluated.every(({ object }) => object !== null)) expect(judged).toBe(check.subjects);
    }
    const declared = new Set([...rule.needs.flat(), ...(rule.also ?? [])]);
    expect([...read].sort()).toEqual([...declared].sort());
  });

  it('points to evidence that is there', () => {
    for (const given of cases.fires) {
      for (const finding of runOn(given).findings) {
        for (const evidence of finding.evidence) expectToResolve(snapshotOf(given), evidence);
      }
    }
  });

  it('says nothing of an empty snapshot', () => {
    for (const given of [{}, { manifests: '' }, { manifests: '', closed: true }]) {
      const { findings, check } = runRule(buildModel(snapshotOf(given)), rule);
      expect(findings).toEqual([]);
      expect(check.failed).toBeNull();
    }
  });

  it('gives the same findings and ids each time', () => {
    for (const given of cases.fires) {
      const once = runOn(given).findings;
      // A copy of the case is another case: it is read anew.
      expect(runOn({ ...given }).findings).toEqual(once);
      expect(new Set(once.map(({ id }) => id)).size).toBe(once.length);
    }
  });

  it('never prints a command that restarts a frozen gateway or touches its pods', () => {
    for (const given of cases.fires) expect(harmsIn(given, runOn(given))).toEqual([]);
    // Every workload of a case may be a frozen gateway's: then no fix may touch it.
    fc.assert(
      fc.property(fc.nat({ max: cases.fires.length - 1 }), fc.nat(), fc.boolean(), (index, which, all) => {
        const frozen = frozenGateways(cases.fires[index] ?? {}, all ? null : which);
        expect(harmsIn(frozen, runOn(frozen))).toEqual([]);
      }),
      { seed: 11, numRuns: 6 },
    );
  });

  it('does not throw when any field is deleted or garbled', () => {
    const garbage = fc.constantFrom<unknown>(undefined, null, 0, -1, '', 'x', true, [], {}, [null], [{}], { name: 1 });
    fc.assert(
      fc.property(fc.nat({ max: all.length - 1 }), fc.nat(), garbage, (index, where, value) => {
        const given = all[index] ?? {};
        const garbled = { ...given, ...garble(given, where, value) };
        expect(runRule(buildModel(snapshotOf(garbled)), rule).check.failed).toBeNull();
      }),
      { seed: 7, numRuns: 6 },
    );
  });
});

const read = new Map<string, readonly unknown[]>();

/** The documents of a text, read once: hundreds of inputs are made of each. */
function documentsOf(manifests: string): readonly unknown[] {
  const known = read.get(manifests) ?? parseAllDocuments(manifests).map((document): unknown => document.toJS());
  read.set(manifests, known);
  return known;
}

/** As JSON, which is YAML too and quicker. */
function written(documents: readonly unknown[]): string {
  return documents.map((document) => JSON.stringify(document ?? null)).join('\n---\n');
}

/** What the fixes of a rule on an input would do to a gateway. */
function harmsIn(given: Given, { findings, check }: RuleRun): readonly string[] {
  expect(check.failed).toBeNull();
  const things = gatewayThings(snapshotOf(given).objects);
  return findings.flatMap(({ fix }) => fix.flatMap((one) => harmOf(one, things) ?? []));
}

/** The same input after the end, with VirtualGateways that select its workloads: one of them (`which`), or all. */
function frozenGateways(given: Given, which: number | null): Given {
  const documents = documentsOf(given.manifests ?? '');
  const labelled = documents.flatMap((document) => {
    const { spec, metadata } = asObject(document);
    const labels = asTextMap(asObject(asObject(asObject(spec).template).metadata).labels);
    return Object.keys(labels).length > 0 ? [{ labels, namespace: asObject(metadata).namespace }] : [];
  });
  const chosen = labelled.filter((_, index) => which === null || index === which % labelled.length);
  const gateways = chosen.map(({ labels, namespace }, index) => ({
    apiVersion: 'appmesh.k8s.aws/v1beta2',
    kind: 'VirtualGateway',
    metadata: { name: `frozen-${index}`, namespace },
    spec: { podSelector: { matchLabels: labels }, listeners: [{ portMapping: { port: 8088, protocol: 'http' } }] },
  }));
  const envoys = typeof given.envoy === 'string' ? [given.envoy] : (given.envoy ?? []);
  return {
    ...given,
    manifests: written([...documents, ...gateways]),
    envoy: envoys.map((envoy) => envoy.replace('connected: true', 'connected: false')),
    now: afterTheEnd,
  };
}

/** Deletes or replaces one field of a case's manifests, chosen by a number. */
function garble(given: Given, where: number, value: unknown): Given {
  if (given.manifests === undefined) return {};
  const documents = [...documentsOf(given.manifests)];
  const paths = documents.flatMap((document, index) => pathsOf(document).map((path) => [index, ...path] as const));
  const [index, ...path] = paths[where % Math.max(1, paths.length)] ?? [0];
  documents[index] = replaced(documents[index], path, value);
  return { manifests: written(documents) };
}

function pathsOf(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [[key], ...pathsOf(child).map((path) => [key, ...path])]);
}

function replaced(value: unknown, path: readonly string[], by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  if (typeof value !== 'object' || value === null) return value;
  const copy: Record<string, unknown> = { ...(value as JsonObject) };
  if (rest.length === 0 && by === undefined) delete copy[key];
  else copy[key] = replaced(copy[key], rest, by);
  return Array.isArray(value) ? Object.values(copy) : copy;
}

/** The evidence's pointer names, in its document, just the value it shows. */
function expectToResolve(snapshot: Snapshot, evidence: Evidence): void {
  const document = snapshot.documents.find(({ id }) => id === evidence.document);
  const text = document?.text() ?? null;
  if (!document || text === null) throw new Error(`no document ${evidence.document}`);
  if (document.kind === 'ready') {
    expect(text.trim()).toBe(evidence.value);
    return;
  }
  const parsed: unknown =
    document.kind === 'manifest' ? parseAllDocuments(text).map((part): unknown => part.toJS()) : JSON.parse(text);
  const there = valueAt(parsed, evidence.pointer);
  expect(there, `${evidence.document}#${evidence.pointer}`).toBeDefined();
  if (typeof evidence.value !== 'object' || evidence.value === null) expect(there).toEqual(evidence.value);
}
