import { mkdirSync, writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { join } from 'node:path';
import { bundleOf, copiesOf, findingsOf, storyOf, written } from '../support/stories.ts';
import { groups } from './corpus/groups.ts';
import { startSession } from './corpus/session.ts';
import type { CorpusStory } from './corpus/story.ts';

/**
 * Captures the stories of the corpus from real servers: `npm run capture:stories [NAME…]`, where a name is a story's or a
 * group's. What is said of a story is written beside it as `expect`: look at each line before you commit it.
 */
const wanted = process.argv.slice(2);
mkdirSync('test/fixtures/stories', { recursive: true });

for (const group of groups) {
  const all = wanted.length === 0 || wanted.includes(group.name);
  const stories = group.stories.filter(({ name }) => all || wanted.includes(name));
  if (stories.length === 0) continue;
  const session = await startSession(group);
  console.log(`# ${group.name}`);
  try {
    for (const story of stories) {
      try {
        await session.tell(story);
        writeFileSync(bundleOf(story.name), await session.capture(story));
        if (story.copies !== undefined) {
          mkdirSync(copiesOf(story.name), { recursive: true });
          const copy =
            story.copies === 'fresh'
              ? (['edge.rescue.tar.gz', await session.copy()] as const)
              : (['.gitkeep', ''] as const);
          writeFileSync(join(copiesOf(story.name), copy[0]), copy[1]);
        }
        await save(story);
      } catch (error) {
        console.error(`${story.name}: ${error instanceof Error ? error.message : error}`);
        process.exitCode = 1;
      }
      await session.forget();
    }
  } finally {
    await session.stop();
  }
}

async function save({ name, says, planted = [], missed = [], wrong = [], copies }: CorpusStory): Promise<void> {
  const folder = copies === undefined ? null : copiesOf(name);
  const expect = written(await findingsOf({ name, manifests: null, now: null, copies: folder }));
  const kept = {
    ...(copies === undefined ? {} : { copies: name }),
    ...(missed.length > 0 ? { missed } : {}),
    ...(wrong.length > 0 ? { wrong } : {}),
  };
  writeFileSync(storyOf(name), stringify({ says, planted, ...kept, expect: `${expect}\n` }, { lineWidth: 120 }));
  console.log(`\n${name}: ${says}\n  planted: ${planted.join('; ') || '-'}\n${expect.replaceAll(/^/gm, '    ')}`);
}
