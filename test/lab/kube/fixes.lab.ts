import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEngine } from '../../../src/engine/engine.ts';
import type { ReportDocument, ReportFinding } from '../../../src/report/document.ts';
import { groups } from '../corpus/groups.ts';
import { requestFor, type Session, startSession } from '../corpus/session.ts';
import type { CorpusStory, Group } from '../corpus/story.ts';

/**
 * Each change that a fix proposes, made on the real API server as kubectl would (targets are rolled out then, and while its
 * control plane lives the real Envoy hears of it): the finding is gone, and none is new. A few stories; with
 * MESHDOCTOR_STORIES=all every faulty one. Which changes no story can try is told by test/stories.test.ts.
 */
const BUILD_MS = 1_800_000;
const few = new Set([
  ...['alive-target-typo', 'alive-target-in-other-namespace', 'alive-service-port-changed', 'alive-access-log-off'],
  ...['alive-router-typo', 'alive-gateway-port-changed', 'frozen-gateway-autoscaled', 'frozen-lax-budget'],
  ...['frozen-deletion-stuck', 'frozen-webhook-left-behind', 'frozen-injection-on', 'frozen-sidecar-never-configured'],
  ...['frozen-sidecars-autoscaled', 'frozen-gateway-deleted', 'frozen-mesh-deleted'],
]);
/** Rules whose change keeps a loss from growing: what is lost comes back by other means. */
const helpsOnly = new Set(['gateway-pod-empty']);
const chosen = ({ name, planted = [] }: CorpusStory): boolean =>
  planted.length > 0 && (process.env.MESHDOCTOR_STORIES === 'all' || few.has(name));
const some = groups.map((group) => ({ ...group, stories: group.stories.filter(chosen) }));

describe.each(some.filter(({ stories }) => stories.length > 0))('$name', (group: Group) => {
  let session: Session;
  beforeAll(async () => {
    session = await startSession(group);
  }, BUILD_MS);
  afterAll(() => session?.stop());

  it.each(group.stories)('$name: each change mends what it was for', async (story) => {
    let mended = 0;
    for (let at = 0; ; at += 1) {
      const tried = await attempt(session, story, at);
      if (tried === null) break;
      mended += 1;
      const { before, finding, after, made } = tried;
      expect(told(after), `${finding.message} ${made.join(' ')}`).not.toContain(finding.id);
      const known = told(before);
      const fresh = after.findings.filter(({ id, severity }) => severity !== 'info' && !known.includes(id));
      expect(fresh.map(({ rule }) => rule).filter((rule) => !story.reveals?.includes(rule))).toEqual([]);
    }
    if (few.has(story.name)) expect(mended).toBeGreaterThan(0);
  });
});

async function diagnose({ cluster, lab }: Session, story: CorpusStory): Promise<ReportDocument> {
  const engine = makeEngine();
  await engine.collect({ ...requestFor(cluster, lab, story), keep: false });
  return engine.diagnose({ rules: [], skip: [] });
}

const told = ({ findings }: ReportDocument): readonly string[] => findings.map(({ id }) => id);

/** A finding, and the changes that its fixes propose. */
interface Curable {
  readonly finding: ReportFinding;
  readonly changes: readonly ReportFinding['fix'][number][];
}

/**
 * The findings with changes that work now. One that restarts the gateway is never proposed as a change, and of those that
 * only another control plane could apply a frozen gateway hears nothing.
 */
function curable({ findings }: ReportDocument): readonly Curable[] {
  return findings.flatMap((finding) => {
    const changes = finding.fix.filter(({ patch, works }) => patch && works === 'now' && !helpsOnly.has(finding.rule));
    return changes.length > 0 ? [{ finding, changes }] : [];
  });
}

/** Tells a story, mends its finding of this number, and forgets all of it; null: there is none. */
async function attempt(session: Session, story: CorpusStory, at: number) {
  try {
    await session.tell(story);
    const before = await diagnose(session, story);
    const found = curable(before)[at];
    return found ? { before, finding: found.finding, ...(await mend(session, story, found)) } : null;
  } finally {
    await session.forget();
  }
}

/** Makes the changes one after the other, until the finding is gone or none is left. */
async function mend(session: Session, story: CorpusStory, { finding, changes }: Curable) {
  const made: string[] = [];
  let after = await diagnose(session, story);
  for (const { say, patch } of changes) {
    if (!patch || !told(after).includes(finding.id)) break;
    await session.patch(patch);
    made.push(say);
    after = await diagnose(session, story);
  }
  return { after, made };
}
