import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/lib/json.ts';
import type { LogsDocument } from '../../src/report/logs-document.ts';
import { meshdoctor } from '../support/built-program.ts';
import { readStat, waitUntil } from './admin.ts';
import { type FaultyGateway, provoke, startFaultyGateway } from './flags/gateway.ts';
import { overload, overloaded, type Recipe, recipes } from './flags/recipes.ts';
import { envoyBinary } from './install/install.ts';

const overloadedStat = 'overload.envoy.overload_actions.stop_accepting_requests.active';

type Recipes = Readonly<Record<string, Recipe>>;

/** Every ending of a request that can be provoked: what Envoy writes of it, and that its line is explained rightly. */
describe.each(['1.40.0', '1.36.2'] as const)('how requests end on Envoy %s', (version) => {
  const gateways: FaultyGateway[] = [];
  let folder: string;
  let told: { readonly json: LogsDocument; readonly plain: LogsDocument }[];

  async function logsOf(made: Recipes, name: string, more: JsonObject = {}): Promise<(typeof told)[number]> {
    const gateway = await startFaultyGateway(await envoyBinary(version), made, join(folder, name), more);
    gateways.push(gateway);
    if (more === overload) {
      await waitUntil('the overload', async () => (await readStat(gateway.adminUrl, overloadedStat)) === 1);
    }
    await Promise.all(Object.entries(made).map(([path, recipe]) => provoke(gateway, path, recipe)));
    const sent = Object.values(made).reduce((sum, { sends }) => sum + (sends?.length ?? 1), 0);
    for (const file of Object.values(gateway.logs)) {
      await waitUntil(`${sent} lines`, async () => (await readFile(file, 'utf8')).split('\n').length > sent);
    }
    const logs = async (path: string): Promise<LogsDocument> => {
      const { code, stdout, stderr } = await meshdoctor(['logs', path, '--admin', gateway.adminUrl, '-o', 'json']);
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout) as LogsDocument;
    };
    return { json: await logs(gateway.logs.json), plain: await logs(gateway.logs.plain) };
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshdoctor-flags-'));
    told = [await logsOf(recipes, 'all'), await logsOf(overloaded, 'overloaded', overload)];
  }, 120_000);
  afterAll(async () => {
    await Promise.all(gateways.map(({ stop }) => stop()));
    await rm(folder, { recursive: true, force: true });
  });

  it.each(Object.entries({ ...recipes, ...overloaded }))('%s', (name, recipe) => {
    const { status, flag, path = `/${name}`, by, cause, causeOfDefault } = recipe;
    const classOf = ({ classes }: LogsDocument) =>
      classes.find((one) => one.status === status && one.flag === flag && one.path === path);
    const of = told[name in overloaded ? 1 : 0];
    const [json, plain] = [of && classOf(of.json), of && classOf(of.plain)];
    expect({ json: json?.by, plain: plain?.by }).toEqual({ json: by, plain: by });
    expect(json?.explanation ?? '').toMatch(cause ?? /^$/);
    expect(plain?.explanation ?? '').toMatch(causeOfDefault ?? /^$/);
  });
});
