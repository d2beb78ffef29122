/** How the tests run: from the repository's root, every test/**\/*.test.ts, two at a time. */
import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LeftOutReporter } from './skipped-tests-reporter.ts';

/** The folder of etcd, kube-apiserver and others, under the name that Kubernetes' own test tooling gives it. */
const controlPlanePrograms = process.env.KUBEBUILDER_ASSETS ?? '';

/** `npm run test:reliability` kills as often as it takes to meet rare instants. */
const isThorough = process.env.ROLLCALL_RELIABILITY === '1';

/** Of the tests that print it; another one at every run, unless somebody repeats one. */
const seed = Number(process.env.ROLLCALL_SEED ?? randomInt(2 ** 31));

declare module 'vitest' {
  interface ProvidedContext {
    /** `''` where there are none. */
    controlPlanePrograms: string;
    isThorough: boolean;
    seed: number;
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    // Needs a cluster of its own: npm run test:cluster.
    exclude: ['test/real-cluster/**'],
    pool: 'forks',
    maxWorkers: 2,
    // Generous for a busy machine: a test that hangs should say so, a slow one should not fail.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    provide: { controlPlanePrograms, isThorough, seed },
    reporters: ['default', new LeftOutReporter(controlPlanePrograms)],
    // Colours depend on who watches; what tests compare must not.
    env: { NO_COLOR: '1' },
  },
});
