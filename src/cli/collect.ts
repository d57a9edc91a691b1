import { plural } from '../lib/plural.ts';
import { writeFile } from 'node:fs/promises';
import { Failure } from './failure.ts';
import { liveFrom } from './live-options.ts';
import { type LogWindowFlags, momentOf, podsWanted } from './logs.ts';
import { complain, readNothing, withSession } from './session.ts';
import { nowOf, type SourceFlags } from './source-options.ts';

/** The flags of `collect`. */
export interface CollectFlags extends SourceFlags, Pick<LogWindowFlags, 'since' | 'limitBytes'> {
  readonly outputFile: string;
  readonly bestEffort: boolean;
  readonly forRescue: boolean;
  readonly accessLog: readonly string[];
  readonly logFormat?: string;
  readonly logs: boolean;
}

/** `meshdoctor collect`: write what was seen into a bundle; sets the exit code. */
export async function collectBundle(flags: CollectFlags): Promise<void> {
  const paths = flags.logs ? flags.accessLog : [];
  const now = nowOf(flags);
  const pods = flags.logs && liveFrom(flags) !== null && !flags.forRescue ? podsWanted(flags, now) : null;
  const since = momentOf('--since', flags.since, now);
  const accessLogs = { paths, format: flags.logFormat ?? null, since, pods };
  const keep = { documents: true, whole: flags.forRescue, accessLogs };
  await withSession(flags, keep, async ({ engine, summary }) => {
    complain(summary.sources);
    if (readNothing(summary))
      throw new Failure('nothing could be read, so no bundle was written', codeOf(summary.sources) || 3);
    const bytes = await engine.bundle();
    try {
      await writeFile(flags.outputFile, bytes, { mode: 0o600 });
    } catch (error) {
      throw new Failure(`cannot write ${flags.outputFile}: ${error instanceof Error ? error.message : error}`, 2);
    }
    const held = [
      plural(summary.objects, 'object'),
      plural(summary.envoys, 'Envoy'),
      plural(summary.documents, 'document'),
    ].join(', ');
    process.stderr.write(`wrote ${flags.outputFile}: ${held}, ${bytes.length} bytes\n`);
    const code = summary.timedOut ? 4 : codeOf(summary.sources);
    process.exitCode = code === 3 && flags.bestEffort ? 0 : code;
  });
}

function codeOf(sources: readonly { readonly trouble: string | null }[]): number {
  if (sources.some(({ trouble }) => trouble === 'nothing-readable')) return 2;
  return sources.some(({ trouble }) => trouble !== null) ? 3 : 0;
}
