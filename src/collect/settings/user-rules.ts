import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { asList, asObject, isObject, type JsonObject } from '../../lib/json.ts';
import type { UserFix, UserRuleTest, UserRuleText } from '../../snapshot/user-rule.ts';
import {
  faultLines,
  readYamlFile,
  type SettingFault,
  settingsIn,
  textIn,
  typeName,
  type YamlFile,
} from './yaml-file.ts';

/** User rules as they were read, and what is wrong in the others: `file:line:column: reason`. */
export interface ReadRules {
  readonly rules: readonly UserRuleText[];
  readonly faults: readonly string[];
}

const names = 'id title severity effect each when message cause evidence fix docs explains tests'.split(' ');
const testNames = ['name', 'manifests', 'closed', 'finds', 'says'];
const kebab = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Reads files of user rules, and every `.yaml` and `.yml` in folders. */
export async function readUserRules(paths: readonly string[]): Promise<ReadRules> {
  const rules: UserRuleText[] = [];
  const faults: string[] = [];
  for (const path of paths) {
    try {
      for (const file of await filesIn(path)) {
        const read = parseUserRule(file, await readFile(file, 'utf8'));
        if (read.rule) rules.push(read.rule);
        faults.push(...read.faults);
      }
    } catch (error) {
      faults.push(`cannot read ${path}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { rules, faults };
}

async function filesIn(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const files = (await readdir(path)).filter((name) => /\.ya?ml$/.test(name)).sort();
  if (files.length === 0) throw new Error('no file in it ends with .yaml or .yml');
  return files.map((name) => join(path, name));
}

/** Reads one rule; never throws whatever stands in the file. */
export function parseUserRule(
  file: string,
  text: string,
): { readonly rule: UserRuleText | null; readonly faults: readonly string[] } {
  const read = readYamlFile(text);
  if (!read.ok) return { rule: null, faults: [`${file}:${read.where}: ${read.reason}`] };
  const faults: SettingFault[] = [];
  const rule = ruleIn(file, read.file, faults);
  return { rule: faults.length > 0 ? null : rule, faults: faultLines(file, read.file, faults) };
}

function ruleIn(file: string, yaml: YamlFile, faults: SettingFault[]): UserRuleText {
  const settings = settingsIn(yaml.value, [], names, faults);
  const needed = (name: string): string => textIn(settings, name, [], faults, 'needed') ?? '';
  const optional = (name: string): string => textIn(settings, name, [], faults, 'optional') ?? '';
  const id = needed('id');
  if (id !== '' && !kebab.test(id)) faults.push({ path: ['id'], reason: 'id takes lower-case words joined by -' });
  const tests = settingsIn(settings.tests ?? {}, ['tests'], ['loud', 'quiet'], faults);
  const place = (name: string): { readonly line: number; readonly column: number } => yaml.at({ path: [name] });
  return {
    file,
    id,
    title: needed('title'),
    severity: oneOf(settings, 'severity', ['error', 'warning', 'info'], 'warning', [], faults),
    effect: oneOf(settings, 'effect', ['traffic', 'latent', 'standing'], 'latent', [], faults),
    each: needed('each'),
    when: needed('when'),
    message: needed('message'),
    cause: optional('cause'),
    evidence: textsIn(settings, 'evidence', [], faults),
    fix: fixesIn(settings.fix, faults),
    docs: optional('docs'),
    explains: textsIn(settings, 'explains', [], faults),
    loud: testsIn(tests, 'loud', yaml, faults),
    quiet: testsIn(tests, 'quiet', yaml, faults),
    places: { id: place('id'), each: place('each'), when: place('when'), message: place('message') },
  };
}

function oneOf<T extends string>(
  settings: JsonObject,
  name: string,
  values: readonly T[],
  byDefault: T,
  path: readonly string[],
  faults: SettingFault[],
): T {
  const value = settings[name];
  if (value === undefined) return byDefault;
  const found = values.find((one) => one === value);
  if (found === undefined)
    faults.push({ path: [...path, name], reason: `${name} takes ${values.join(', ')}, not ${typeName(value)}` });
  return found ?? byDefault;
}

function textsIn(
  settings: JsonObject,
  name: string,
  path: readonly string[],
  faults: SettingFault[],
): readonly string[] {
  const value = settings[name];
  if (value === undefined || value === null) return [];
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.flatMap((item, index) => {
    if (typeof item === 'string' && item !== '') return [item];
    const at = Array.isArray(value) ? [...path, name, String(index)] : [...path, name];
    faults.push({ path: at, reason: `${name} takes texts, not ${typeName(item)}` });
    return [];
  });
}

function fixesIn(value: unknown, faults: SettingFault[]): readonly UserFix[] {
  if (value === undefined || value === null) return [];
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.flatMap((item, index): readonly UserFix[] => {
    const path = Array.isArray(value) ? ['fix', String(index)] : ['fix'];
    if (typeof item === 'string' && item.trim() !== '') return [{ say: item, restarts: 'nothing', works: 'now' }];
    const settings = settingsIn(item, path, ['say', 'restarts', 'works'], faults);
    const say = textIn(settings, 'say', path, faults, 'needed') ?? '';
    const works = ['now', 'through-rescue', 'after-migration', 'needs-control-plane'] as const;
    const restarts = oneOf(settings, 'restarts', ['nothing', 'target', 'gateway'], 'nothing', path, faults);
    return [{ say, restarts, works: oneOf(settings, 'works', works, 'now', path, faults) }];
  });
}

function testsIn(
  tests: JsonObject,
  which: 'loud' | 'quiet',
  yaml: YamlFile,
  faults: SettingFault[],
): readonly UserRuleTest[] {
  const written = tests[which];
  if (written !== undefined && !Array.isArray(written))
    faults.push({ path: ['tests', which], reason: `${which} takes a list, not ${typeName(written)}` });
  return asList(written).map((item, index): UserRuleTest => {
    const path = ['tests', which, String(index)];
    const settings = isObject(item) ? item : asObject(settingsIn(item, path, testNames, faults));
    settingsIn(settings, path, which === 'loud' ? testNames : testNames.slice(0, 3), faults);
    const { closed } = settings;
    if (closed !== undefined && typeof closed !== 'boolean')
      faults.push({ path: [...path, 'closed'], reason: `closed takes true or false, not ${typeName(closed)}` });
    return {
      name: textIn(settings, 'name', path, faults, 'optional') ?? `${which} ${index + 1}`,
      manifests: textIn(settings, 'manifests', path, faults, 'needed') ?? '',
      closed: closed === true,
      finds: settings.finds === undefined ? null : textsIn(settings, 'finds', path, faults),
      says: textIn(settings, 'says', path, faults, 'optional'),
      place: yaml.at({ path }),
    };
  });
}
