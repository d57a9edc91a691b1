import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { meshdoctor as run } from '../support/built-program.ts';
import { gatewayRoute } from '../support/shop.ts';
import { podRule } from '../support/user-rules.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meshdoctor-configured-'));
  await writeFile(join(folder, 'routes.yaml'), gatewayRoute('cart'));
  await writeFile(join(folder, 'pod.yaml'), 'apiVersion: v1\nkind: Pod\nmetadata: { name: a, namespace: shop }\n');
  await mkdir(join(folder, 'rules'));
  await writeFile(join(folder, 'rules/mine.yaml'), podRule("pod.name == 'a'"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const meshdoctor = (...args: readonly string[]) => run(args, { cwd: folder });
const configure = (text: string) => writeFile(join(folder, 'meshdoctor.yaml'), text);
const rulesIn = (stdout: string): readonly string[] =>
  (JSON.parse(stdout) as { findings: { rule: string; suppressed: unknown }[] }).findings.flatMap(
    ({ rule, suppressed }) => (suppressed ? [] : [rule]),
  );

describe('meshdoctor with a configuration file', () => {
  it('takes flags, suppressions and user rules from the working folder', async () => {
    await configure('filename: [routes.yaml, pod.yaml]\nclosed: true\nbest-effort: true\nrules: rules\n');
    const loud = await meshdoctor('diagnose', '-o', 'json');
    expect(loud.code).toBe(1);
    expect(rulesIn(loud.stdout)).toEqual(expect.arrayContaining(['target-service-missing', 'mine']));
    await configure(
      'filename: [routes.yaml, pod.yaml]\nclosed: true\nbest-effort: true\nrules: rules\nsuppressions:\n' +
        '  - { rule: [target-service-missing, mine], reason: known }\n',
    );
    const quiet = await meshdoctor('diagnose', '-o', 'json');
    expect(rulesIn(quiet.stdout)).not.toContain('target-service-missing');
    expect(rulesIn(quiet.stdout)).not.toContain('mine');
    expect((await meshdoctor('diagnose')).stdout).toContain('suppressed: -o json tells which and why.');
  });

  it('runs a user rule alone by its name, and lists it', async () => {
    await configure('filename: pod.yaml\nrules: rules/mine.yaml\nbest-effort: true\n');
    const { code, stdout } = await meshdoctor('diagnose', '--rule', 'mine');
    expect(code).toBe(1);
    expect(stdout).toContain('a is wrong');
    expect((await meshdoctor('rules')).stdout).toMatch(/^mine +error +Mine$/m);
    expect(await meshdoctor('diagnose', '--rule', 'mien')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('did you mean mine?'),
    });
  });

  it('says what is wrong, and exits 2', async () => {
    await configure('fail_on: error\n');
    const { code, stderr } = await meshdoctor('diagnose', '-f', 'routes.yaml');
    expect(code).toBe(2);
    expect(stderr).toBe('meshdoctor: meshdoctor.yaml:1:1: unknown name "fail_on", did you mean fail-on?\n');
    await configure('rules: bad.yaml\n');
    await writeFile(join(folder, 'bad.yaml'), podRule("pod.name.matches('a')"));
    const refused = await meshdoctor('diagnose', '-f', 'routes.yaml');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('bad.yaml:7:7: when: matches() is not taken');
  });

  it('writes a baseline, compares with it, and refuses one that is none', async () => {
    await configure('filename: routes.yaml\nclosed: true\nbest-effort: true\nnow: 2026-06-01T12:00:00Z\n');
    expect((await meshdoctor('diagnose', '--write-baseline', 'base.json')).code).toBe(1);
    const once = await readFile(join(folder, 'base.json'), 'utf8');
    await meshdoctor('diagnose', '--write-baseline', 'base.json');
    expect(await readFile(join(folder, 'base.json'), 'utf8')).toBe(once);
    const known = await meshdoctor('diagnose', '--baseline', 'base.json');
    expect(known).toMatchObject({ code: 0, stdout: expect.stringContaining('known from base.json') });
    const wrong = await meshdoctor('diagnose', '--baseline', 'routes.yaml');
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('routes.yaml is no baseline: it is not JSON'),
    });
  });

  it('tests user rules: 0 passed, 1 failed with how, 2 not a rule', async () => {
    await configure('');
    const test = (given: object) =>
      writeFile(join(folder, 't.yaml'), podRule("pod.name == 'a'", `tests: ${JSON.stringify(given)}`));
    const manifests = await readFile(join(folder, 'pod.yaml'), 'utf8');
    await test({ loud: [{ manifests }] });
    expect(await meshdoctor('rules', 'test', 't.yaml')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('all passed'),
    });
    await test({ quiet: [{ name: 'a pod', manifests }] });
    const failed = await meshdoctor('rules', 'test', 't.yaml');
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('FAILED mine: a pod (t.yaml:');
    expect(failed.stdout).toContain('should be quiet, but says: a is wrong');
    expect((await meshdoctor('rules', 'test', 'routes.yaml')).code).toBe(2);
    expect((await meshdoctor('rules', 'test')).code).toBe(2);
  });
});
