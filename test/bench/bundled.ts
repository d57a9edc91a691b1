import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { measureRules } from './rules.ts';

/**
 * Bundles the rules' benchmark as the build does the program, and loads that: tsx gives every function its name as it is
 * made, which costs rules that make many of them more than what they do.
 */
export async function bundledRules(folder: string): Promise<{ readonly measureRules: typeof measureRules }> {
  const outfile = join(folder, 'rules.mjs');
  await build({
    entryPoints: ['test/bench/rules.ts'],
    outfile,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}
