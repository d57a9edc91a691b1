import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { asList, asObject, asText, isObject, type JsonObject } from '../../src/lib/json.ts';
import { kinds } from '../../src/schema/kinds.ts';
import { toOpenApi } from '../../src/schema/to-openapi.ts';
import { validate } from '../../src/schema/validate.ts';
import { validObjects } from './valid-objects.ts';

const folder = process.env.MESHDOCTOR_CRDS;
if (!folder)
  process.stdout.write('skipped: MESHDOCTOR_CRDS not set: our schema is not compared with the published CRDs\n');

interface Published {
  readonly kind: string;
  readonly plural: string;
  readonly scope: string;
  readonly spec: JsonObject;
}

function published(): readonly Published[] {
  if (!folder) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => {
      const crd = asObject(asObject(parse(readFileSync(join(folder, name), 'utf8'))).spec);
      const names = asObject(crd.names);
      const schema = asObject(asObject(asObject(asList(crd.versions)[0]).schema).openAPIV3Schema);
      return {
        kind: asText(names.kind) ?? '',
        plural: asText(names.plural) ?? '',
        scope: asText(crd.scope) ?? '',
        spec: asObject(asObject(schema.properties).spec),
      };
    });
}

/** A schema without its texts, with sorted lists, so that two of them compare. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return [...value].sort();
  if (!isObject(value)) return value;
  if (isObject(value.properties)) {
    const properties = Object.entries(value.properties).map(([name, child]) => [name, bare(child)]);
    const required = value.required === undefined ? {} : { required: bare(value.required) };
    return { type: value.type, ...required, properties: Object.fromEntries(properties) };
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, child]) =>
      key === 'description' || key.startsWith('x-') ? [] : [[key, bare(child)]],
    ),
  );
}

/** Refuses unknown fields everywhere, as strict field validation does. */
function closed(value: unknown): unknown {
  if (!isObject(value)) return value;
  const copy: Record<string, unknown> = { ...value };
  if (isObject(value.properties)) {
    copy.properties = Object.fromEntries(
      Object.entries(value.properties).map(([name, child]) => [name, closed(child)]),
    );
    copy.additionalProperties = false;
  }
  if (value.items !== undefined) copy.items = closed(value.items);
  return copy;
}

describe.skipIf(!folder)('our schema and the published CRDs', () => {
  const crds = published();

  it('know the same seven kinds', () => {
    expect(crds.map(({ kind }) => kind).sort()).toEqual([...kinds.keys()].sort());
  });

  it.each(crds.map((crd) => [crd.kind, crd] as const))('agree on every field of %s', (kind, crd) => {
    const ours = kinds.get(kind);
    expect(ours && { plural: ours.plural, scope: ours.scope }).toEqual({ plural: crd.plural, scope: crd.scope });
    expect(ours && bare(toOpenApi(ours.spec))).toEqual(bare(crd.spec));
  });

  it('give the same verdict as ajv on mutated objects', () => {
    const ajv = new Ajv({ strict: false, formats: { int64: true } });
    const checks = new Map(crds.map(({ kind, spec }) => [kind, ajv.compile(closed(spec) as object)]));
    const garbage = fc.constantFrom<unknown>('', 'x'.repeat(300), 0, -1, 1.5, 70_000, true, [], {}, [1], { name: 'x' });
    fc.assert(
      fc.property(
        fc.constantFrom(...validObjects),
        fc.nat(),
        garbage,
        fc.boolean(),
        ({ kind, spec }, where, value, rename) => {
          const mutated = mutate(spec, where, value, rename);
          const structural = validate(kind, { spec: mutated }).filter(({ code }) => !code.endsWith('-alternatives'));
          expect(structural.length === 0, JSON.stringify(mutated)).toBe(isValid(checks.get(kind), mutated));
        },
      ),
      { seed: 11, numRuns: 3000 },
    );
  });
});

function isValid(check: ValidateFunction | undefined, value: unknown): boolean {
  return check?.(value) === true;
}

function mutate(spec: unknown, where: number, value: unknown, rename: boolean): unknown {
  const paths = pathsOf(spec);
  const path = paths[where % Math.max(1, paths.length)] ?? [];
  return changed(spec, path, value, rename);
}

function pathsOf(value: unknown): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [[key], ...pathsOf(child).map((path) => [key, ...path])]);
}

function changed(value: unknown, [key, ...rest]: readonly string[], by: unknown, rename: boolean): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === key ? changed(item, rest, by, rename) : item));
  const copy: Record<string, unknown> = { ...asObject(value) };
  if (rest.length > 0 || !rename) copy[key] = changed(copy[key], rest, by, rename);
  else {
    copy[`${key}x`] = copy[key];
    delete copy[key];
  }
  return copy;
}
