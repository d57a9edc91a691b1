import { defineConfig } from 'vitest/config';

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
          env: { CI: 'false' },
          // Nothing here keeps state in modules: loading them once a process halves the time.
          isolate: false,
          execArgv: ['--max-semi-space-size=64'],
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
