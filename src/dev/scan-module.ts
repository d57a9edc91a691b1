import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';

const folder = 'src/collect/access-log/assembly';

/** The WebAssembly of the quick way of reading logs, compiled from `assembly/`, as a module that holds it in base64. */
export async function scanModule(): Promise<string> {
  let binary: Uint8Array | null = null;
  const told: string[] = [];
  const options = [
    ...['index.ts', '--outFile', 'scan.wasm', '--optimizeLevel', '3', '--shrinkLevel', '0', '--noAssert'],
    ...['--runtime', 'stub', '--enable', 'simd', '--initialMemory', '128', '--maximumMemory', '128'],
  ];
  const { error } = await asc.main(options, {
    stdout: { write: () => {} },
    stderr: { write: (chunk: string) => told.push(chunk) },
    readFile: (name: string) => read(join(folder, name)),
    writeFile: (name: string, contents: string | Uint8Array) => {
      if (name === 'scan.wasm' && typeof contents !== 'string') binary = contents;
    },
    listFiles: () => [],
  });
  if (error || !binary) throw new Error(`${folder} cannot be compiled: ${error?.message ?? ''}\n${told.join('')}`);
  const text = Buffer.from(binary).toString('base64');
  return `// Made by npm run gen from assembly/; do not edit.\nexport const scanModule =\n  '${text}';\n`;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
