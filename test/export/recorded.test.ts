import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { catalogue } from '../../src/export/catalogue.ts';

/** The agent and the exporters, as they are written. */
const written = ['src/agent', 'src/export']
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');

it('every instrument that is no share of another is set by somebody: a panel of it would stay empty', () => {
  const recorded = Object.entries(catalogue).filter(([, { kind }]) => kind !== 'share');
  const silent = recorded.filter(([name]) => {
    const call = new RegExp(`\\b(?:add|set|record|tell)\\(\\s*'${name.replaceAll('.', '\\.')}'`);
    return !call.test(written);
  });
  expect(silent.map(([name]) => name)).toEqual([]);
  expect(recorded.length).toBeGreaterThan(30);
});
