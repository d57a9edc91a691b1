import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { applyConfig } from '../../../src/cli/config/apply.ts';
import { Failure } from '../../../src/cli/failure.ts';
import { buildProgram } from '../../../src/cli/program.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-config-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a verb is given by a configuration file and these words of the command line. */
async function given(text: string, words: readonly string[] = [], verb = 'diagnose'): Promise<Record<string, unknown>> {
  const path = join(folder, 'meshdoctor.yaml');
  await writeFile(path, text);
  const program = buildProgram();
  const command = program.commands.find((one) => one.name() === verb);
  if (!command) throw new Error(verb);
  command.parseOptions(['--config', path, ...words]);
  await applyConfig(program.commands, command);
  return command.opts();
}

async function refused(text: string, verb = 'diagnose'): Promise<string> {
  const error = await given(text, [], verb).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Failure)) throw new Error(`not refused: ${error}`);
  expect(error.exitCode).toBe(2);
  return error.message.replaceAll(`${folder}/`, '');
}

it('a flag that switches something off is written as on the command line', async () => {
  expect(await given('no-logs: true\n', [], 'collect')).toMatchObject({ logs: false });
  expect(await given('no-logs: false\n', [], 'collect')).toMatchObject({ logs: true });
  expect(await refused('no-logs: never\n', 'collect')).toContain('no-logs takes true or false');
});

describe('the configuration file', () => {
  it('gives flags by their names, as the command line would', async () => {
    const flags = await given(
      'fail-on: warning\nskip-rule: [a, b]\nrule: c\nclosed: true\nwindow: 10s\nfilename: manifests\nbest-effort: true\n',
    );
    expect(flags).toMatchObject({
      failOn: 'warning',
      skipRule: ['a', 'b'],
      rule: ['c'],
      closed: true,
      window: 10_000,
      filename: [join(folder, 'manifests')],
      bestEffort: true,
    });
  });

  it('gives way to the command line', async () => {
    const flags = await given('fail-on: warning\nskip-rule: [a]\nall: true\n', [
      '--fail-on',
      'info',
      '--skip-rule',
      'b',
    ]);
    expect(flags).toMatchObject({ failOn: 'info', skipRule: ['b'], all: true });
  });

  it('is one file for every verb: what a verb does not have, or has otherwise, is left to the others', async () => {
    const text = 'output: json\nfail-on: warning\nport: 8088\nclosed: true\n';
    expect(await given(text)).toMatchObject({ output: 'json' });
    expect(await given(text, [], 'rescue')).toMatchObject({ output: 'bootstrap', closed: true });
    expect(await given(text, [], 'explain')).toMatchObject({ output: 'json', port: 8088 });
  });

  it('reads suppressions, with where they stand', async () => {
    const { suppressions } = await given(`
suppressions:
  - rule: [route-shadowed, route-duplicate]
    object: GatewayRoute shop/legacy-*
    reason: goes with the old shop
    until: 2027-01-31
  - { rule: host-rewritten, object: { kind: GatewayRoute, labels: { team: shop } } }
`);
    expect(suppressions).toMatchObject([
      {
        rule: 'route-shadowed',
        objects: { kind: 'GatewayRoute', namespace: 'shop', name: 'legacy-*', labels: {} },
        reason: 'goes with the old shop',
        until: '2027-01-31',
        position: { line: 3, column: 5 },
      },
      { rule: 'route-duplicate' },
      { rule: 'host-rewritten', objects: { kind: 'GatewayRoute', name: null, labels: { team: 'shop' } }, reason: null },
    ]);
  });

  it.each([
    ['a name that is near', 'fail_on: error', 'meshdoctor.yaml:1:1: unknown name "fail_on", did you mean fail-on?'],
    [
      'a wrong choice',
      '\nfail-on: never-ever',
      'meshdoctor.yaml:2:10: fail-on: "never-ever": Allowed choices are error',
    ],
    ['a wrong type', 'closed: "yes"', 'meshdoctor.yaml:1:9: closed takes true or false, not the text "yes"'],
    ['a list where one is taken', 'fail-on: [error]', 'meshdoctor.yaml:1:10: fail-on takes a text, not a list'],
    ['a wrong item of a list', 'skip-rule:\n  - a\n  - {}', 'meshdoctor.yaml:3:5: skip-rule takes a text'],
    ['no duration', 'window: soon', 'meshdoctor.yaml:1:9: window: "soon": a time is a number'],
    ['broken YAML', 'a: [', 'meshdoctor.yaml:1:5: '],
    ['a list', '- a', 'meshdoctor.yaml:1:1: the file takes names and values, not a list'],
    ['where to write', 'output-file: x', 'meshdoctor.yaml:1:1: output-file is said on the command line only'],
    ['rules that are no paths', 'rules: [1]', 'meshdoctor.yaml:1:9: rules takes paths'],
    ['a suppression of nothing', 'suppressions: [{ reason: x }]', 'meshdoctor.yaml:1:16: rule takes the name'],
    ['a day that is none', 'suppressions: [{ rule: a, until: 2026-02-30 }]', 'meshdoctor.yaml:1:34: until takes a day'],
    [
      'an unknown name in it',
      'suppressions: [{ rule: a, resaon: x }]',
      '1:27: unknown name "resaon", did you mean reason?',
    ],
    ['an object that is none', 'suppressions: [{ rule: a, object: cart }]', 'object takes KIND NAMESPACE/NAME'],
  ])('is refused with file, line and column: %s', async (_, text, message) => {
    expect(await refused(text)).toContain(message);
  });

  it('says everything that is wrong at once, also what is meant for other verbs', async () => {
    expect((await refused('closde: true\noutput: nonsense\n', 'collect')).split('\n')).toHaveLength(2);
  });

  it('is empty without harm', async () => {
    expect(await given('')).toMatchObject({ failOn: 'error' });
    expect(await given('# nothing\n')).toMatchObject({ failOn: 'error' });
  });

  it('never crashes, whatever stands in it', async () => {
    const names = fc.constantFrom('fail-on', 'closed', 'skip-rule', 'window', 'rules', 'suppressions', 'filename', 'x');
    const entry = fc.record({
      rule: fc.jsonValue(),
      object: fc.jsonValue(),
      until: fc.jsonValue(),
      reason: fc.jsonValue(),
    });
    const settings = fc.dictionary(names, fc.oneof(fc.jsonValue(), fc.array(entry)));
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      settings.map((value) => stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const error: unknown = await given(text).catch((reason: unknown) => reason);
        if (error instanceof Error) expect(error).toBeInstanceOf(Failure);
      }),
      { seed: 9, numRuns: 50 },
    );
  });
});
