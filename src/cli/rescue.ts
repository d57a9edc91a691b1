import { writeFile } from 'node:fs/promises';
import type { RescueResult } from '../rescue/rescue.ts';
import type { Trial } from '../rescue/trial.ts';
import { Failure } from './failure.ts';
import { withProgress } from './progress.ts';
import { complain, type Session, withSession } from './session.ts';
import type { SourceFlags } from './source-options.ts';

/** The flags of `rescue` as commander delivers them. */
export interface RescueFlags {
  readonly output: 'bootstrap' | 'manifests';
  readonly outputFile?: string;
  readonly gateway?: string;
  readonly envoyVersion?: string;
  readonly envoy?: string;
  readonly fold: boolean;
  readonly with: readonly string[];
  readonly bestEffort: boolean;
}

/** `meshdoctor rescue`: a gateway's configuration in a form that survives a restart; sets the exit code. */
export async function rescue(copy: string | undefined, flags: SourceFlags & RescueFlags): Promise<void> {
  const bundle = copy === undefined ? flags.bundle : [...flags.bundle, copy];
  await withSession({ ...flags, bundle }, { documents: false, whole: true }, (session) => make(session, flags));
}

async function make({ engine, summary }: Session, flags: RescueFlags): Promise<void> {
  complain(summary.sources);
  const unreadable = summary.sources.some(({ trouble }) => trouble === 'nothing-readable');
  const result = await engine.rescue({
    gateway: flags.gateway ?? null,
    output: flags.output,
    envoyVersion: flags.envoyVersion ?? null,
    fold: flags.fold,
    withRoutes: flags.with,
    trial: flags.envoy === undefined ? 0 : trialRequests,
  });
  if (result.trouble !== null) throw new Failure(result.trouble, 2);
  for (const line of tell(result)) process.stderr.write(`${line}\n`);
  if (result.text === null) {
    process.exitCode = unreadable ? 2 : 1;
    return;
  }
  if (flags.envoy !== undefined && result.trial) {
    if (!(await tryOut(flags.envoy, result.trial))) {
      process.exitCode = 1;
      return;
    }
  }
  await write(result.text, flags.outputFile);
  const unseen = summary.sources.some(({ trouble }) => trouble !== null) && !flags.bestEffort;
  process.exitCode = unreadable ? 2 : summary.timedOut ? 4 : unseen ? 3 : 0;
}

const trialRequests = 2_000;

/** Starts it on this machine and asks it; true where every answer was the one the gateway would give. */
async function tryOut(envoy: string, trial: Trial): Promise<boolean> {
  const { runTrial } = await import('./rescue/trial.ts');
  const report = await withProgress('trying it out', runTrial(envoy, trial)).catch((error: unknown) => {
    process.stderr.write(`TRIAL   failed: ${error instanceof Error ? error.message : error}\n`);
    return null;
  });
  if (!report) return false;
  const { version, asked, skipped, wrong } = report;
  const apart = skipped > 0 ? `; ${skipped} hang on what no configuration tells` : '';
  const told =
    wrong.length === 0
      ? `answered ${asked - skipped} made-up requests as the gateway would${apart}`
      : 'answers otherwise';
  process.stderr.write(`TRIAL   Envoy ${version} started with it and ${told}\n`);
  for (const line of wrong) process.stderr.write(`  wrong   ${line}\n`);
  if (wrong.length > 0) process.stderr.write('REFUSED nothing was written\n');
  return wrong.length === 0;
}

async function write(text: readonly Uint8Array[], file: string | undefined): Promise<void> {
  if (file === undefined) return writeBytes(text);
  try {
    await writeFile(file, text, { mode: 0o600 });
  } catch (error) {
    throw new Failure(`cannot write ${file}: ${error instanceof Error ? error.message : error}`, 2);
  }
  process.stderr.write(`wrote   ${file}\n`);
}

async function writeBytes(chunks: readonly Uint8Array[]): Promise<void> {
  for (const chunk of chunks) {
    await new Promise<void>((resolve, reject) => {
      process.stdout.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
  }
}

/** What people are told, on stderr: the file alone goes to stdout. */
function* tell(result: RescueResult): Generator<string> {
  const { refused, gateway, source, others, gaps, changed, fills, files, verdict, text } = result;
  if (text === null) {
    yield `REFUSED rescue of ${gateway}: it could not be right. Nothing was written.`;
    for (const { missing, reason, remedy } of refused) {
      yield `  missing ${missing}: ${reason}`;
      if (remedy !== null) yield `          ${remedy}`;
    }
    yield '  do not restart the gateway meanwhile: it runs on what it holds, and nobody can send that again';
    return;
  }
  yield `RESCUED ${gateway} from ${source}`;
  for (const other of others) yield `  not     ${other}`;
  if (verdict) yield `PROOF   ${verdict.state}: ${verdict.say}`;
  for (const line of changed) yield `  changed ${line}`;
  for (const { path, what, of, certificate } of fills) {
    yield `FILL    ${path}: the ${what} of ${of}, which Envoy never tells`;
    if (!certificate) continue;
    yield `        for ${certificate.names || certificate.subject}, certificate until ${certificate.expires}`;
    yield `        the right one says ${certificate.publicKeySha256} to`;
    yield '        openssl pkey -in KEY -pubout -outform DER | sha256sum';
  }
  for (const file of files) yield `NEEDS   ${file} where it runs, as it was where the gateway ran`;
  for (const gap of gaps) yield `GAP     ${gap}`;
}
