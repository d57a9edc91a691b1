import { chmod, cp, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Builds the shipped bin: bundled, so that start-up is quick; split, so that each verb loads only what it needs. */
const outdir = 'dist';
await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: { main: 'src/main.ts', worker: 'src/engine/worker.ts' },
  outdir,
  bundle: true,
  splitting: true,
  minify: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // commander is CommonJS inside and asks for node's modules with require
  banner: {
    js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
  },
  // ink asks for the developer tools of React only in development; they are not shipped
  define: { 'process.env.NODE_ENV': '"production"' },
  alias: {
    'react-devtools-core': './src/dev/no-devtools.ts',
    'string-width': fileURLToPath(new URL('./lazy-string-width.ts', import.meta.url)),
    // The Kubernetes client brings node-fetch 2, whose own URL parser asks for punycode: newer versions of Node warn of that.
    'whatwg-url': fileURLToPath(new URL('./platform-url.ts', import.meta.url)),
  },
  legalComments: 'external',
  logLevel: 'warning',
});
await chmod(`${outdir}/main.js`, 0o755);
await cp('src/demo', `${outdir}/demo`, { recursive: true });
await cp('rules', `${outdir}/rules`, { recursive: true, filter: (path) => !path.endsWith('.ts') });
