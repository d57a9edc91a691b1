import { parse } from 'yaml';
import { manifestHarvest } from '../../src/collect/manifests/harvest.ts';
import { GatewayLogs } from '../../src/engine/logs/gateway-logs.ts';
import { onlyGateway } from '../../src/engine/logs/sources.ts';
import { viewOf } from '../../src/engine/logs/view.ts';
import { asObject } from '../../src/lib/json.ts';
import { memoize } from '../../src/lib/memo.ts';
import { tracesHarvest } from '../../src/collect/traces.ts';
import { readSegments } from '../../src/snapshot/traces.ts';
import { buildModel } from '../../src/model/model.ts';
import { readCloudWatchView } from '../../src/snapshot/cloudwatch.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import { makeDocument } from '../../src/snapshot/document.ts';
import { assembleEnvoy } from '../../src/snapshot/envoy/assemble.ts';
import type { RescueCopy } from '../../src/snapshot/rescue-copy.ts';
import type { Harvest, Snapshot } from '../../src/snapshot/snapshot.ts';
import { type EnvoyStory, pagesOf } from './envoy-pages.ts';

/** What a rule's case is given, as a person would write it. */
export interface Given {
  /** Manifests: YAML of one or many documents. */
  readonly manifests?: string;
  /** The manifests are the whole set. */
  readonly closed?: boolean;
  /** One Envoy or several, as YAML of `EnvoyStory`. */
  readonly envoy?: string | readonly string[];
  /** The snapshot's time; a year before App Mesh ended unless the case says otherwise. */
  readonly now?: string;
  /** What CloudWatch said, as YAML of its document. */
  readonly cloudWatch?: string;
  /** Kinds that could not be listed, and why. */
  readonly refused?: readonly { readonly kind: string; readonly namespace: string; readonly reason: string }[];
  /** The access log of the only gateway, as Envoy wrote it; `logOf` makes one. */
  readonly accessLog?: string;
  /** Segments of traces: JSON, one a line; `traceOf` makes them. */
  readonly traces?: string;
  /** Copies that lie where `--rescue-copies` says; left out: nobody said where. */
  readonly rescueCopies?: readonly Omit<RescueCopy, 'place'>[];
}

const beforeTheEnd = '2026-06-01T12:00:00Z';

/** The snapshot of a case, built through the real parsers: once, however many tests ask for it. Nothing changes one. */
export const snapshotOf = memoize((given: Given): Snapshot => {
  const { manifests, closed, envoy, now, rescueCopies, refused, cloudWatch, accessLog } = given;
  const takenAt = now ?? beforeTheEnd;
  const harvests: Harvest[] = [];
  if (manifests !== undefined) {
    const file = { id: 'manifests/0-case.yaml', origin: 'case.yaml', text: manifests, reported: true, readAt: takenAt };
    harvests.push(manifestHarvest([file], { defaultNamespace: 'default', closed: closed ?? false, keep: true }));
  }
  const stories = envoy === undefined ? [] : typeof envoy === 'string' ? [envoy] : envoy;
  for (const [index, story] of stories.entries()) harvests.push(envoyHarvest(parse(story), index, takenAt));
  if (cloudWatch !== undefined) harvests.push(cloudWatchHarvest(cloudWatch, takenAt));
  if (given.traces !== undefined) {
    harvests.push(tracesHarvest(readSegments(given.traces) ?? [], 'traces.json', takenAt, { sources: [] }));
  }
  if (refused) harvests.push(refusedHarvest(refused));
  if (rescueCopies) harvests.push(copiesHarvest(rescueCopies, takenAt));
  const snapshot = assembleSnapshot(harvests, takenAt);
  return accessLog === undefined ? snapshot : withLog(snapshot, accessLog);
});

/** The second round, as the engine makes it. */
function withLog(snapshot: Snapshot, log: string): Snapshot {
  const model = buildModel(snapshot);
  const gateway = onlyGateway(model, []);
  const folding = { format: null, since: null, until: null, by: 'route', envoyVersion: null } as const;
  const logs = new GatewayLogs(model, gateway, folding);
  logs.take('edge.log', log);
  const judging = { model, gateway, envoyVersion: null, position: snapshot.position, index: 0 };
  const { view, document } = viewOf(logs.end(), judging);
  return { ...snapshot, documents: [...snapshot.documents, document], traffic: [view] };
}

function cloudWatchHarvest(story: string, readAt: string): Harvest {
  const body = asObject(parse(story));
  const origin = { id: 'aws/cloudwatch.json', kind: 'cloudwatch', origin: 'CloudWatch', readAt, envoy: null } as const;
  const none = { objects: [], envoys: [], coverage: [], gaps: [], sources: [], redactions: {} };
  const documents = [makeDocument(origin, JSON.stringify(body), true)];
  return { ...none, documents, cloudWatch: readCloudWatchView(body, origin.id) };
}

function refusedHarvest(refused: NonNullable<Given['refused']>): Harvest {
  const coverage = refused.map(({ kind, namespace, reason }) => ({
    subject: { type: 'objects', kind, namespace } as const,
    state: 'not-read' as const,
    reason,
  }));
  return { documents: [], objects: [], envoys: [], coverage, gaps: [], sources: [], redactions: {} };
}

function copiesHarvest(copies: readonly Omit<RescueCopy, 'place'>[], readAt: string): Harvest {
  const origin = { id: 'rescue-copies', kind: 'rescue-copies', origin: '/backup', readAt, envoy: null } as const;
  const placed = copies.map((copy, index) => ({ ...copy, place: { document: origin.id, pointer: `/${index}` } }));
  const documents = [makeDocument(origin, JSON.stringify(copies), true)];
  const none = { objects: [], envoys: [], coverage: [], gaps: [], sources: [], redactions: {} };
  return { ...none, documents, rescueCopies: placed };
}

function envoyHarvest(story: EnvoyStory, index: number, takenAt: string): Harvest {
  const key = `envoy/${index}`;
  const pages = pagesOf(story).map(({ kind, text }, page, all) => {
    const reads = all.filter((other) => other.kind === kind).length;
    const earlier = all.slice(page + 1).filter((other) => other.kind === kind).length;
    const readAt = new Date(Date.parse(takenAt) - earlier * 60_000).toISOString();
    const id = `${key}/${kind}${reads > 1 ? `-${reads - earlier}` : ''}.json`;
    return {
      document: makeDocument({ id, kind, origin: `http://127.0.0.1:9901/${kind}`, readAt, envoy: key }, text, true),
      text,
    };
  });
  const { view, coverage, gaps } = assembleEnvoy({ key, label: `http://127.0.0.1:${9901 + index}`, pages, unread: [] });
  const documents = pages.map(({ document }) => document);
  return { documents, objects: [], envoys: [view], coverage, gaps, sources: [], redactions: {} };
}
