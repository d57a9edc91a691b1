import { asObject, asTextMap } from '../../lib/json.ts';
import { endOfDay } from '../../diagnose/suppress.ts';
import { type SettingFault, settingsIn, textIn, typeName, type YamlFile } from '../../collect/settings/yaml-file.ts';
import type { ObjectSelector, Suppression } from '../../snapshot/suppression.ts';

const names = ['rule', 'object', 'reason', 'until'];
const objectNames = ['kind', 'namespace', 'name', 'labels'];

/** The suppressions of a configuration file. */
export function readSuppressions(
  file: string,
  { value, at }: YamlFile,
  faults: SettingFault[],
): readonly Suppression[] {
  const written = asObject(value).suppressions ?? [];
  if (!Array.isArray(written)) {
    faults.push({ path: ['suppressions'], reason: `suppressions takes a list, not ${typeName(written)}` });
    return [];
  }
  return written.flatMap((item: unknown, index) => {
    const path = ['suppressions', String(index)];
    const place = { file, ...at({ path }) };
    return readOne(item, path, place, faults);
  });
}

function readOne(
  item: unknown,
  path: readonly string[],
  position: NonNullable<Suppression['position']>,
  faults: SettingFault[],
): readonly Suppression[] {
  const settings = settingsIn(item, path, names, faults);
  const rules = readRules(settings.rule, path, faults);
  const objects = readSelector(settings.object, [...path, 'object'], faults);
  const reason = textIn(settings, 'reason', path, faults, 'optional');
  const until = textIn(settings, 'until', path, faults, 'optional');
  if (until !== null && endOfDay(until) === null)
    faults.push({ path: [...path, 'until'], reason: `until takes a day as YYYY-MM-DD, not ${JSON.stringify(until)}` });
  const by = `${position.file}:${position.line}:${position.column}`;
  return rules.map((rule) => ({
    rule,
    objects,
    ref: {
      apiVersion: 'meshdoctor.io/v1',
      kind: 'Suppression',
      namespace: null,
      name: `${rule} ${selectorText(objects)}`,
    },
    reason,
    until,
    by,
    position,
    evidence: { source: 'config', document: position.file, pointer: `/${path.join('/')}`, value: item, note: rule },
  }));
}

function readRules(value: unknown, path: readonly string[], faults: SettingFault[]): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (all.length > 0 && all.every((rule) => typeof rule === 'string' && rule !== '')) return all.map(String);
  faults.push({
    path: value === undefined ? path : [...path, 'rule'],
    reason: 'rule takes the name of a rule, or a list',
  });
  return [];
}

/** `GatewayRoute shop/cart`, `Mesh shop`, or kind, namespace, name and labels one by one. */
function readSelector(value: unknown, path: readonly string[], faults: SettingFault[]): ObjectSelector {
  const every: ObjectSelector = { kind: null, namespace: null, name: null, labels: {} };
  if (value === undefined || value === null) return every;
  if (typeof value === 'string') {
    const match = /^(\S+) (?:([^\s/]+)\/)?([^\s/]+)$/.exec(value.trim());
    if (match) return { ...every, kind: match[1] ?? null, namespace: match[2] ?? null, name: match[3] ?? null };
    faults.push({ path, reason: `object takes KIND NAMESPACE/NAME, not ${typeName(value)}` });
    return every;
  }
  const settings = settingsIn(value, path, objectNames, faults);
  const text = (name: string): string | null => textIn(settings, name, path, faults, 'optional');
  const labels = asTextMap(settings.labels);
  if (settings.labels !== undefined && Object.keys(labels).length !== Object.keys(asObject(settings.labels)).length)
    faults.push({ path: [...path, 'labels'], reason: 'labels takes names and texts' });
  return { kind: text('kind'), namespace: text('namespace'), name: text('name'), labels };
}

function selectorText({ kind, namespace, name, labels }: ObjectSelector): string {
  const where = `${namespace === null ? '' : `${namespace}/`}${name ?? '*'}`;
  const labelled = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return [`${kind ?? '*'} ${where}`, ...labelled].join(' ');
}
