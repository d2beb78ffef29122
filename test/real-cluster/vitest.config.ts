/** How the test in the real cluster runs: by run.sh beside this file, one step after the other. */
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
    include: ['test/real-cluster/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    // What one step leaves is where the next begins.
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
