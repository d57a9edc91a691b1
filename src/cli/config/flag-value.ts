import { dirname, resolve } from 'node:path';
import { InvalidArgumentError, type Option } from 'commander';
import { typeName } from '../../collect/settings/yaml-file.ts';

/** What a flag takes from the configuration file, or why it does not. */
export type FlagValue =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string; readonly index?: number };

/**
 * The value of a flag as commander would have made it from the command line. Paths are meant from where the file lies:
 * `meshdoctor.yaml` works wherever it is called from.
 */
export function flagValue(option: Option, value: unknown, file: string): FlagValue {
  const name = (option.long ?? '').replace(/^--/, '');
  if (option.isBoolean() || option.negate) {
    // commander keeps `--no-logs` as `logs: false`.
    if (typeof value === 'boolean') return { ok: true, value: option.negate ? !value : value };
    return { ok: false, reason: `${name} takes true or false, not ${typeName(value)}` };
  }
  if (!Array.isArray(option.defaultValue)) return oneValue(option, name, value, option.defaultValue, file);
  let all: unknown = [];
  for (const [index, item] of (Array.isArray(value) ? value : [value]).entries()) {
    const read = oneValue(option, name, item, all, file);
    if (!read.ok) return Array.isArray(value) ? { ...read, index } : read;
    all = read.value;
  }
  return { ok: true, value: all };
}

function oneValue(option: Option, name: string, value: unknown, previous: unknown, file: string): FlagValue {
  if (typeof value !== 'string' && typeof value !== 'number')
    return { ok: false, reason: `${name} takes a text, not ${typeName(value)}` };
  const text = isPath(option) && value !== '-' ? fromFile(file, String(value)) : String(value);
  try {
    return { ok: true, value: option.parseArg ? option.parseArg(text, previous) : text };
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    return { ok: false, reason: `${name}: ${JSON.stringify(value)}: ${error.message}` };
  }
}

function isPath({ flags }: Option): boolean {
  return /<(path|file)>/.test(flags);
}

/** A path that a file names, as it is reached from the working folder. */
export function fromFile(file: string, path: string): string {
  return dirname(file) === '.' ? path : resolve(dirname(file), path);
}
