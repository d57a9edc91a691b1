import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readAdminFiles } from '../../src/collect/admin-files.ts';
import { manifestHarvest } from '../../src/collect/manifests/harvest.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { explainIn } from '../support/explain.ts';

const now = '2026-11-24T12:00:00Z';

/** A captured gateway with the objects it was made from. */
function captured(story: string, closed: boolean): Snapshot {
  const folder = `test/lab/stories/${story}/manifests`;
  const files = readdirSync(folder).map((name, index) => ({
    id: `manifests/${index}-${name}`,
    origin: `${folder}/${name}`,
    text: readFileSync(`${folder}/${name}`, 'utf8'),
    reported: true,
    readAt: now,
  }));
  const admin = `test/fixtures/envoy-1.40.0-${story}`;
  const capture = readAdminFiles({
    configDump: [`${admin}/config_dump.json`],
    clusters: [],
    listeners: [],
    stats: [],
    certs: [],
    serverInfo: [`${admin}/server_info.json`],
    runtime: [],
    keyFrom: 0,
    keep: false,
    now,
  });
  return assembleSnapshot([manifestHarvest(files, { defaultNamespace: 'default', closed, keep: true }), capture], now);
}

const hosts = ['shop.example.com', 'www.shop.example.com', 'cart.shop', 'x'];
const paths =
  '/ /cart /cart/ /cart/1?x=1 /cartoon /catalog/a /catalog /payments/1 /orders /search/x /search /reviews/ /recommendations /recommendations/1 /users/me /web /nothing /a/../cart/1 //cart//1'.split(
    ' ',
  );

describe.each([
  ['healthy', true],
  ['healthy', false],
  ['incident', true],
  ['incident', false],
] as const)('the captured %s gateway, all objects there: %s', (story, closed) => {
  const snapshot = captured(story, closed);

  it('differs from its objects in nothing', () => {
    const found = paths.flatMap((path) =>
      hosts.flatMap((host) => {
        const one = explainIn(snapshot, { url: `http://${host}${path}`, headers: ['x-user: beta'] });
        if (typeof one === 'string') return [one];
        return one.differs.length === 0 && one.desired ? [] : [`${host}${path}: ${one.differs.join(', ')}`];
      }),
    );
    expect(found).toEqual([]);
  });
});

describe('the incident', () => {
  it('names the object that asks for a request which the gateway answers 404', () => {
    const one = explainIn(captured('incident', false), 'http://shop.example.com/reviews/1');
    if (typeof one === 'string') throw new Error(one);
    expect(one.decision).toMatchObject({ status: 404, responseFlag: 'NR' });
    expect(one.notes[0]).toMatch(/^GatewayRoute shop\/reviews \(.*reviews\.yaml:8\) asks for such requests/);
  });
});
