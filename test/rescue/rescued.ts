import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { manifestHarvest } from '../../src/collect/manifests/harvest.ts';
import { asList, asObject, type JsonObject } from '../../src/lib/json.ts';
import { buildModel } from '../../src/model/model.ts';
import { rescue, type RescueOptions, type RescueResult } from '../../src/rescue/rescue.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import { type DocumentKind, makeDocument } from '../../src/snapshot/document.ts';
import { assembleEnvoy } from '../../src/snapshot/envoy/assemble.ts';
import type { Harvest } from '../../src/snapshot/snapshot.ts';

/** A dump as its parts, which a test changes before it is read. */
export interface Dump {
  configs: JsonObject[];
}

/** The captured dump of a real Envoy. */
export function capturedDump(fixture: string): Dump {
  return JSON.parse(readFileSync(`test/fixtures/${fixture}/config_dump.json`, 'utf8'));
}

/** One element of a dump by the last word of its type. */
export function part(dump: Dump, name: string): Record<string, unknown> {
  const found = dump.configs.find((config) => String(config['@type']).endsWith(`.${name}`));
  if (!found) throw new Error(`no ${name} in the dump`);
  return found as Record<string, unknown>;
}

/** What else a test's Envoy said. */
export interface Saved {
  readonly clusters?: string;
  readonly runtime?: JsonObject;
  readonly serverInfo?: JsonObject;
}

/** Rescues from dumps (objects, or the text of what was saved) and manifests, through the real parsers. */
export function rescueFrom(
  dumps: readonly (Dump | string)[],
  { manifests, saved = {}, ...options }: Partial<RescueOptions> & { manifests?: string; saved?: Saved } = {},
): RescueResult {
  const harvests: Harvest[] = dumps.map((dump, index) => envoyHarvest(index, dump, saved));
  if (manifests !== undefined) {
    const file = { id: 'manifests/0.yaml', origin: 'case.yaml', text: manifests, reported: true, readAt: now };
    harvests.push(manifestHarvest([file], { defaultNamespace: 'default', closed: false, keep: true }));
  }
  const model = buildModel(assembleSnapshot(harvests, now));
  return rescue(model, {
    gateway: null,
    output: 'bootstrap',
    envoyVersion: null,
    fold: false,
    withRoutes: [],
    trial: 0,
    ...options,
  });
}

/** The bootstrap of a rescue that was made. */
export function bootstrapOf({ text, refused }: RescueResult): JsonObject {
  if (text === null) throw new Error(`refused: ${JSON.stringify(refused)}`);
  return JSON.parse(textOf(text));
}

/** The file of a rescue that was made. */
export function textOf(text: RescueResult['text']): string {
  return Buffer.concat([...(text ?? [])]).toString('utf8');
}

/** The cluster of a bootstrap that has this name. */
export function clusterOf(bootstrap: JsonObject, name: string): JsonObject {
  const clusters = asList(asObject(bootstrap.static_resources).clusters).map(asObject);
  return clusters.find((cluster) => cluster.name === name) ?? {};
}

/** The objects of the manifests of a rescue that was made, by kind. */
export function objectsOf({ text }: RescueResult): Readonly<Record<string, JsonObject>> {
  const objects = textOf(text)
    .split(/^---$/m)
    .slice(1)
    .map((one) => parse(one));
  return Object.fromEntries(objects.map((object) => [object.kind, object]));
}

const now = '2026-11-23T03:12:40Z';

function envoyHarvest(index: number, dump: Dump | string, { clusters, runtime, serverInfo }: Saved): Harvest {
  const key = `envoy/${index}`;
  const label = `dump-${index}.json`;
  const pages: readonly (readonly [DocumentKind, string | undefined])[] = [
    ['server_info', serverInfo && JSON.stringify(serverInfo)],
    ['config_dump', typeof dump === 'string' ? dump : JSON.stringify(dump)],
    ['clusters', clusters],
    ['runtime', runtime && JSON.stringify(runtime)],
  ];
  const read = pages.flatMap(([kind, text]) => {
    const origin = kind === 'config_dump' ? label : `${kind}-${index}.json`;
    const of = { id: `${key}/${kind}.json`, kind, origin, readAt: now, envoy: key };
    return text === undefined ? [] : [{ document: makeDocument(of, text, true), text }];
  });
  const { view, coverage, gaps } = assembleEnvoy({ key, label, pages: read, unread: [], keepBodies: true });
  return {
    documents: read.map(({ document }) => document),
    objects: [],
    envoys: [view],
    coverage,
    gaps,
    sources: [],
    redactions: {},
  };
}
