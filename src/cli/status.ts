import { setTimeout as sleep } from 'node:timers/promises';
import { readNames } from './gateway-names.ts';
import { renderStatus } from '../report/status.ts';
import { look, writeOut } from './report-options.ts';
import { complain, refuseUnknown, withSession } from './session.ts';
import { type SourceFlags, viewsAlone } from './source-options.ts';

/** The flags of `status`. */
export interface StatusFlags extends SourceFlags {
  readonly output: 'terminal' | 'json';
  readonly gateway?: string;
  readonly watch: boolean;
  readonly interval: number;
  readonly bestEffort: boolean;
}

const clearScreen = '\u001b[2J\u001b[H';

/** `meshdoctor status`: one row a gateway; with `-w` again and again until it is ended. */
export async function status(given: StatusFlags, words: readonly string[]): Promise<void> {
  const flags = { ...given, named: readNames(words, given.gateway) };
  do {
    const { text, code } = await readOnce(flags);
    await writeOut(flags.watch && process.stdout.isTTY ? clearScreen + text : text);
    process.exitCode = code;
    if (flags.watch) await sleep(flags.interval);
  } while (flags.watch);
}

async function readOnce(flags: StatusFlags): Promise<{ readonly text: string; readonly code: number }> {
  return withSession(
    flags,
    viewsAlone,
    async ({ engine, summary }) => {
      if (flags.output === 'json') complain(summary.sources);
      const document = await engine.status();
      refuseUnknown(flags, document.gateways.length, summary);
      const text = flags.output === 'json' ? `${JSON.stringify(document, null, 2)}\n` : renderStatus(document, look());
      return { text, code: codeOf(summary, flags.bestEffort) };
    },
    { clusters: 'many' },
  );
}

function codeOf(
  {
    sources,
    timedOut,
  }: { readonly sources: readonly { readonly trouble: string | null }[]; readonly timedOut: boolean },
  bestEffort: boolean,
): number {
  if (sources.some(({ trouble }) => trouble === 'nothing-readable')) return 2;
  if (timedOut) return 4;
  return !bestEffort && sources.some(({ trouble }) => trouble !== null) ? 3 : 0;
}
