import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsIn, readStories, written } from '../support/stories.ts';
import { groups } from './corpus/groups.ts';
import { type Session, startSession } from './corpus/session.ts';
import type { Group } from './corpus/story.ts';

/** Stories captured anew give the findings that are committed: a few of each kind; with MESHDOCTOR_STORIES=all every one. */
const BUILD_MS = 1_800_000;
const few = new Set([
  'alive-calm',
  'alive-target-typo',
  'alive-port-mismatch',
  'frozen-calm',
  'frozen-webhook-left-behind',
]);
const committed = new Map(readStories().map((story) => [story.name, story]));
const chosen = groups.map((group) => ({
  ...group,
  stories: group.stories.filter(({ name }) => process.env.MESHDOCTOR_STORIES === 'all' || few.has(name)),
}));

describe.each(chosen.filter(({ stories }) => stories.length > 0))('$name', (group: Group) => {
  let session: Session;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'meshdoctor-corpus-'));
    session = await startSession(group);
  }, BUILD_MS);
  afterAll(async () => {
    await session?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(group.stories)('$name', async (story) => {
    const bundle = join(folder, `${story.name}.tar.gz`);
    const copies = join(folder, story.name);
    await mkdir(copies, { recursive: true });
    try {
      await session.tell(story);
      await writeFile(bundle, await session.capture(story));
      if (story.copies === 'fresh') await writeFile(join(copies, 'edge.rescue.tar.gz'), await session.copy());
    } finally {
      await session.forget();
    }
    const rescueCopies = story.copies === undefined ? [] : [copies];
    const findings = await findingsIn({ bundles: [bundle], rescueCopies });
    expect(written(findings)).toBe(committed.get(story.name)?.expect ?? '');
  });
});
