import { cpus, totalmem } from 'node:os';

/** One line of the results. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly limit: string;
  readonly holds: boolean;
}

/** One part's rows, with the machine and the day they are of. */
export function sectionOf(part: string, rows: readonly Row[]): string {
  const machine = `${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.version}`;
  const lines = rows.map(
    ({ what, measured, limit, holds }) => `| ${what} | ${measured} | ${limit} | ${holds ? 'yes' : '**no**'} |`,
  );
  return `## ${part}

${machine}, ${new Date().toISOString().slice(0, 10)}.

| what | measured | limit | holds |
| --- | --- | --- | --- |
${lines.join('\n')}
`;
}

/** The text of RESULTS.md: each part as it was measured now, else as it stood there before. */
export function resultsOf(parts: readonly string[], measured: ReadonlyMap<string, string>, before: string): string {
  const last = new Map(before.split(/^(?=## )/m).map((text) => [/^## (.*)$/m.exec(text)?.[1], `${text.trimEnd()}\n`]));
  const sections = parts.flatMap((part) => measured.get(part) ?? last.get(part) ?? []);
  return `# Benchmarks

\`npm run bench\`: whole processes, start-up included, run in turn with their peer; median time, largest peak memory. Each part says when
and where it was measured last (\`npm run bench -- PART --record\`).

${sections.join('\n')}`;
}
