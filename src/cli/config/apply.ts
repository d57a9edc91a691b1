import { access, readFile } from 'node:fs/promises';
import type { Command, Option } from 'commander';
import { asObject, isObject } from '../../lib/json.ts';
import type { SettingFault, YamlFile } from '../../collect/settings/yaml-file.ts';
import type { Suppression } from '../../snapshot/suppression.ts';
import { Failure } from '../failure.ts';

/** What the configuration file tells beside flags. */
export interface Configured {
  readonly suppressions?: readonly Suppression[];
  /** Files and folders of user rules. */
  readonly userRules?: readonly string[];
}

const usualFile = 'meshdoctor.yaml';
/** Where one run writes is said on its command line: a report would else land in a bundle's place. */
const onlyFlags: ReadonlySet<string> = new Set(['config', 'output-file', 'write-baseline', 'version', 'help']);
const own = ['suppressions', 'rules'];

/**
 * Gives a verb what the configuration file says, where the command line does not say it. The file is `--config`, else
 * `meshdoctor.yaml` of the working folder. What is wrong in it ends the run, with file, line and column.
 */
export async function applyConfig(verbs: readonly Command[], verb: Command): Promise<void> {
  if (!verb.options.some(({ long }) => long === '--config')) return;
  const named: unknown = verb.opts().config;
  const path = typeof named === 'string' ? named : await usual();
  if (path === null) return;
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Failure(`cannot read ${path}: ${error instanceof Error ? error.message : error}`, 2);
  });
  const { faultLines, readYamlFile } = await import('../../collect/settings/yaml-file.ts');
  const read = readYamlFile(text);
  if (!read.ok) throw new Failure(`${path}:${read.where}: ${read.reason}`, 2);
  const faults: SettingFault[] = [];
  await giveTo(verbs, verb, path, read.file, faults);
  if (faults.length > 0) throw new Failure(faultLines(path, read.file, faults).join('\nmeshdoctor: '), 2);
}

async function usual(): Promise<string | null> {
  return access(usualFile).then(
    () => usualFile,
    () => null,
  );
}

async function giveTo(
  verbs: readonly Command[],
  verb: Command,
  path: string,
  file: YamlFile,
  faults: SettingFault[],
): Promise<void> {
  if (file.value === null || file.value === undefined) return;
  const { settingsIn } = await import('../../collect/settings/yaml-file.ts');
  const options = verbs.flatMap((one) => one.options).filter((option) => !onlyFlags.has(nameOf(option)));
  const said = asObject(file.value);
  const refused = isObject(file.value) ? Object.keys(said).filter((name) => onlyFlags.has(name)) : [];
  for (const name of refused)
    faults.push({ path: [name], name: true, reason: `${name} is said on the command line only: give --${name}` });
  settingsIn(file.value, [], [...new Set([...own, ...options.map(nameOf), ...refused])], faults);
  await giveFlags(options, verb, path, said, faults);
  const { readSuppressions } = await import('./suppressions.ts');
  verb.setOptionValue('suppressions', readSuppressions(path, file, faults));
  verb.setOptionValue('userRules', await readPaths(said.rules, path, faults));
}

/** A name that several verbs have means each verb's own flag; a value must fit one of them, and is given where it fits. */
async function giveFlags(
  options: readonly Option[],
  verb: Command,
  path: string,
  said: Readonly<Record<string, unknown>>,
  faults: SettingFault[],
): Promise<void> {
  const { flagValue } = await import('./flag-value.ts');
  for (const [name, value] of Object.entries(said)) {
    const meant = options.filter((option) => nameOf(option) === name);
    const read = meant.map((option) => ({ option, ...flagValue(option, value, path) }));
    const [first] = read;
    if (first && !first.ok && read.every(({ ok }) => !ok)) {
      faults.push({ path: first.index === undefined ? [name] : [name, String(first.index)], reason: first.reason });
    }
    for (const one of read) {
      if (!one.ok || !verb.options.includes(one.option)) continue;
      const attribute = one.option.attributeName();
      if (verb.getOptionValueSource(attribute) === 'cli') continue;
      verb.setOptionValueWithSource(attribute, one.value, 'config');
    }
  }
}

async function readPaths(value: unknown, path: string, faults: SettingFault[]): Promise<readonly string[]> {
  if (value === undefined || value === null) return [];
  const { fromFile } = await import('./flag-value.ts');
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  return all.flatMap((item, index) => {
    if (typeof item === 'string' && item !== '') return [fromFile(path, item)];
    faults.push({
      path: Array.isArray(value) ? ['rules', String(index)] : ['rules'],
      reason: 'rules takes paths of files or folders with user rules',
    });
    return [];
  });
}

function nameOf({ long }: Option): string {
  return (long ?? '').replace(/^--/, '');
}
