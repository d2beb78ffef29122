/** Configuration of the tests in a real cluster, which run.sh starts: one suite per cluster. The tests of a suite run in order. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

declare module 'vitest' {
  interface ProvidedContext {
    clusterFolder: string;
    clusterPort: string;
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: [`test/real-cluster/${process.env.ROLLCALL_CLUSTER_SUITE ?? 'cluster'}.test.ts`],
    pool: 'forks',
    maxWorkers: 1,
    // Each test continues from the state that the previous one left.
    bail: 1,
    testTimeout: 600_000,
    hookTimeout: 300_000,
    provide: {
      clusterFolder: process.env.ROLLCALL_CLUSTER_FOLDER ?? '',
      clusterPort: process.env.PORT ?? '26443',
    },
    reporters: ['verbose'],
    env: { NO_COLOR: '1' },
  },
});
