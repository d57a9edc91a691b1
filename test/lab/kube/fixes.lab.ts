import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeEngine } from '../../../src/engine/engine.ts';
import type { ReportDocument, ReportFinding } from '../../../src/report/document.ts';
import { groups } from '../corpus/groups.ts';
import { requestFor, type Session, startSession } from '../corpus/session.ts';
import type { CorpusStory, Group } from '../corpus/story.ts';

/**
 * Each change that a fix proposes, made on the real API server (and, while its control plane lives, heard of by the real
 * Envoy): then the finding is gone and none is new. A few stories; with MESHDOCTOR_STORIES=all every faulty one.
 */
const BUILD_MS = 1_800_000;
const few = new Set([
  ...['alive-target-typo', 'alive-target-in-other-namespace', 'alive-service-port-changed'],
  ...['frozen-gateway-autoscaled', 'frozen-lax-budget', 'frozen-deletion-stuck', 'frozen-webhook-left-behind'],
]);
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
    let changes = 0;
    for (let at = 0; ; at += 1) {
      await session.tell(story);
      const before = await diagnose(session, story);
      const found = changesOf(before)[at];
      if (found === undefined) {
        await session.forget();
        break;
      }
      changes += 1;
      await session.patch(found.patch);
      const after = await diagnose(session, story);
      await session.forget();
      expect(told(after), `${found.finding.message} ${found.say}`).not.toContain(found.finding.id);
      const known = told(before);
      const fresh = after.findings.filter(({ id, severity }) => severity !== 'info' && !known.includes(id));
      expect(fresh.map(({ rule }) => rule).filter((rule) => !story.reveals?.includes(rule))).toEqual([]);
    }
    if (few.has(story.name)) expect(changes).toBeGreaterThan(0);
  });
});

async function diagnose({ cluster, lab }: Session, story: CorpusStory): Promise<ReportDocument> {
  const engine = makeEngine();
  await engine.collect({ ...requestFor(cluster, lab, story), keep: false });
  return engine.diagnose({ rules: [], skip: [] });
}

const told = ({ findings }: ReportDocument): readonly string[] => findings.map(({ id }) => id);

interface Change {
  readonly finding: ReportFinding;
  readonly say: string;
  readonly patch: Parameters<Session['patch']>[0];
}

/**
 * The first change of each finding, the others are for the case that it does not do; of those that work now and restart
 * nothing: nobody rolls out here, and a frozen gateway hears of nothing.
 */
function changesOf({ findings }: ReportDocument): readonly Change[] {
  return findings.flatMap((finding) => {
    const [first] = finding.fix.flatMap(({ say, patch, works, restarts }) =>
      patch && works === 'now' && restarts === 'nothing' ? [{ finding, say, patch }] : [],
    );
    return first ? [first] : [];
  });
}
