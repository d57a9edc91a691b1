#!/usr/bin/env node
import { run } from './cli/program.ts';

// Whoever reads has enough (`| head`): end as other tools do, which SIGPIPE ends.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') process.exit(141);
  console.error(`meshdoctor: standard output cannot be written (${code}): look at the disk or the program behind it`);
  process.exit(2);
});
process.exitCode = await run(process.argv);
