import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { scanModule } from './scan-module.ts';

/** `npm run gen`: writes everything that is made from rules and types; `--check` writes nothing and fails when something is stale. */
const check = process.argv.includes('--check');
const stale: string[] = [];
// What reads logs is compiled before it is loaded: pages of rules are made with it.
const compiled = new Map([['src/collect/access-log/scan.gen.ts', await scanModule()]]);
update(compiled);
const { generatedFiles } = await import('./generated-files.ts');
const made = await generatedFiles();
update(made);
const what = stale.join(', ');
if (stale.length === 0) console.log(`${compiled.size + made.size} generated files are fresh`);
else console.log(check ? `stale, run npm run gen: ${what}` : `wrote ${what}`);
if (check && stale.length > 0) process.exitCode = 1;

function update(wanted: ReadonlyMap<string, string>): void {
  for (const [path, text] of wanted) {
    if (read(path) === text) continue;
    stale.push(path);
    if (check) continue;
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
