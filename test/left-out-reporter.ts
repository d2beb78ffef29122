/** Says at the very end of a run, where nobody can miss it, what could not be tested here and why. */
import type { Reporter, TestModule } from 'vitest/node';

export class LeftOutReporter implements Reporter {
  readonly #controlPlanePrograms: string;

  constructor(controlPlanePrograms: string) {
    this.#controlPlanePrograms = controlPlanePrograms;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#controlPlanePrograms !== '') return;
    const count = modules.flatMap((module) => [...module.children.allTests('skipped')]).length;
    if (count === 0) return;
    const lines = [
      `LEFT OUT: of ${count} skipped tests, those against a real Kubernetes API server.`,
      'Set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver to run them,',
      'for example to what `setup-envtest use -p path` prints.',
    ];
    const width = Math.max(...lines.map((line) => line.length));
    const rule = '!'.repeat(width + 4);
    process.stderr.write(`\n${[rule, ...lines.map((line) => `! ${line.padEnd(width)} !`), rule].join('\n')}\n\n`);
  }
}
