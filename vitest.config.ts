import { defineConfig } from 'vitest/config';

/**
 * Most code of a test runs for a moment: Node 20 shall wait four times as long as it does before it optimises any. Newer
 * ones have a quick compiler for that, and do not know the flag.
 */
const optimisesLater = process.versions.node.startsWith('20.') ? ['--interrupt-budget=270336'] : [];

/** Two projects: `hermetic` needs nothing but Node; `lab` starts real servers. Forks, never threads: Envoy dies with the thread that spawned it. */
export default defineConfig({
  test: {
    maxWorkers: '100%',
    projects: [
      {
        test: {
          name: 'hermetic',
          pool: 'forks',
          // Where CI is set ink draws its last frame alone: the tests of the terminal UI look at all of them.
          // Nothing here asks a server of the world: no process need read the certificates of a proxy when it starts.
          env: { CI: 'false', NODE_EXTRA_CA_CERTS: '' },
          // Nothing here keeps state in modules: loading them once a process halves the time.
          isolate: false,
          execArgv: ['--max-semi-space-size=64', ...optimisesLater],
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**', 'test/bench/**'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'lab',
          globalSetup: ['test/lab/install/setup.ts'],
          pool: 'forks',
          fileParallelism: false,
          include: ['test/lab/**/*.lab.ts'],
          testTimeout: 120_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
