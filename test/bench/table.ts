import { cpus, totalmem } from 'node:os';

/** One line of the results. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly limit: string;
  readonly holds: boolean;
}

/** The text of RESULTS.md. */
export function tableOf(rows: readonly Row[]): string {
  const machine = `${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}`;
  const lines = rows.map(
    ({ what, measured, limit, holds }) => `| ${what} | ${measured} | ${limit} | ${holds ? 'yes' : '**no**'} |`,
  );
  return `# Benchmarks

\`npm run bench\` on ${machine}. Whole processes, start-up included, run in turn with their peer; median time, largest peak memory.

| what | measured | limit | holds |
| --- | --- | --- | --- |
${lines.join('\n')}
`;
}
