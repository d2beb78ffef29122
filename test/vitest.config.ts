/** Runs every test/**\/*.test.ts from the root of the repository, two files at a time. */
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SkippedTestsReporter } from './skipped-tests-reporter.ts';

/** Folder with etcd, kube-apiserver and other programs, from the variable that Kubernetes test tooling uses. */
const controlPlanePrograms = process.env.KUBEBUILDER_ASSETS ?? '';

/** `npm run test:reliability` kills processes often enough to hit rare timing. */
const isThorough = process.env.ROLLCALL_RELIABILITY === '1';

/** Seed of the randomized tests, which print it. Set ROLLCALL_SEED to repeat a run. */
const seed = Number(process.env.ROLLCALL_SEED ?? randomInt(2 ** 31));

declare module 'vitest' {
  interface ProvidedContext {
    /** Empty if the programs are not available. */
    controlPlanePrograms: string;
    isThorough: boolean;
    seed: number;
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    // These need their own cluster: npm run test:cluster.
    exclude: ['test/real-cluster/**'],
    pool: 'forks',
    maxWorkers: 2,
    // Long enough for a busy machine: a test that hangs must fail, a slow test must not.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    provide: { controlPlanePrograms, isThorough, seed },
    reporters: ['default', new SkippedTestsReporter(controlPlanePrograms)],
    // The compared output must not depend on the terminal.
    env: { NO_COLOR: '1' },
  },
});
