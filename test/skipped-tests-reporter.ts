/** Says at the very end of a run, where nobody can miss it, what could not be tested here and why. */
import type { Reporter, TestModule } from 'vitest/node';

const SHELLS = 'Those of the completion need bash, zsh and fish; those of the alerts need promtool.';

export class LeftOutReporter implements Reporter {
  readonly #controlPlanePrograms: string;

  constructor(controlPlanePrograms: string) {
    this.#controlPlanePrograms = controlPlanePrograms;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) => {
      const count = [...module.children.allTests('skipped')].length;
      return count === 0 ? [] : [{ file: module.relativeModuleId, count }];
    });
    if (skipped.length === 0) return;
    const total = skipped.reduce((sum, { count }) => sum + count, 0);
    const files = skipped.map(({ file, count }) => `  ${file}: ${count}`);
    process.stderr.write(framed([`LEFT OUT: ${total} tests were not run here.`, ...files, ...this.#advice()]));
  }

  #advice(): string[] {
    if (this.#controlPlanePrograms !== '') return [SHELLS];
    return [
      'Those against a real Kubernetes API server need KUBEBUILDER_ASSETS: a folder with etcd and',
      'kube-apiserver, for example what `setup-envtest use -p path` prints.',
      SHELLS,
    ];
  }
}

function framed(lines: readonly string[]): string {
  const width = Math.max(...lines.map((line) => line.length));
  const rule = '!'.repeat(width + 4);
  return `\n${[rule, ...lines.map((line) => `! ${line.padEnd(width)} !`), rule].join('\n')}\n\n`;
}
