import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seenValue } from '../../../src/snapshot/coverage.ts';
import { type DocumentKind, makeDocument } from '../../../src/snapshot/document.ts';
import { assembleEnvoy } from '../../../src/snapshot/envoy/assemble.ts';
import { redactAdmin } from '../../../src/snapshot/envoy/redact-admin.ts';

const fixtures = new URL('../../fixtures/', import.meta.url);
const files: readonly (readonly [DocumentKind, string, string])[] = [
  ['server_info', 'server_info.json', '00'],
  ['ready', 'ready.txt', '00'],
  ['listeners', 'listeners.json', '00'],
  ['config_dump', 'config_dump.json', '00'],
  ['clusters', 'clusters.json', '00'],
  ['stats', 'stats-1.json', '00'],
  ['stats', 'stats-2.json', '05'],
  ['certs', 'certs.json', '00'],
  ['runtime', 'runtime.json', '00'],
];

function assemble(folder: string) {
  const pages = files.map(([kind, file, second]) => {
    const { text } = redactAdmin(readFileSync(new URL(`${folder}/${file}`, fixtures), 'utf8'));
    const from = { id: `envoy/0/${file}`, kind, origin: file, readAt: `2026-01-01T00:00:${second}Z`, envoy: 'envoy/0' };
    return { document: makeDocument(from, text, true), text };
  });
  return assembleEnvoy({ key: 'envoy/0', label: folder, pages, unread: [] });
}

const stories = readdirSync(fixtures).filter((name) => /^envoy-.*-(incident|empty|healthy)$/.test(name));

describe('captured Envoys', () => {
  it.each(stories)('%s: every section is listed', (story) => {
    const { coverage } = assemble(story);
    expect(coverage.filter(({ state }) => state !== 'listed')).toEqual([]);
  });

  it('an incident holds two tables of routes and two readings of stats', () => {
    const { view } = assemble('envoy-1.40.0-incident');
    expect(seenValue(view.bootstrap)).toMatchObject({ dynamic: true });
    expect(seenValue(view.routes)?.map(({ name }) => name.slice(0, 8))).toEqual(
      expect.arrayContaining(['rds_ingr', 'rds_egre']),
    );
    expect(seenValue(view.clusterConfig)?.length).toBeGreaterThan(3);
    expect(seenValue(view.listenerConfig)?.flatMap(({ http }) => http.map(({ statPrefix }) => statPrefix))).toEqual(
      expect.arrayContaining(['ingress', 'egress']),
    );
    expect(seenValue(view.stats)).toHaveLength(2);
  });

  it('an emptied gateway holds nothing', () => {
    const { view } = assemble('envoy-1.40.0-live-empty');
    expect(seenValue(view.listenerConfig)).toEqual([]);
    expect(seenValue(view.listeners)).toEqual([]);
    expect(seenValue(view.routes)).toEqual([]);
  });
});
