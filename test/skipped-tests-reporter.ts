/** Reports at the end of a run which tests were skipped, and what they need. */
import type { Reporter, TestModule } from 'vitest/node';
import { plural } from '../shared/plural.ts';

const SHELLS = 'Tests of shell completion need bash, zsh and fish. Tests of the alerts need promtool.';

export class SkippedTestsReporter implements Reporter {
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
    process.stderr.write(framed([`SKIPPED: ${plural(total, 'test')}`, ...files, ...this.#advice()]));
  }

  #advice(): string[] {
    if (this.#controlPlanePrograms !== '') return [SHELLS];
    return [
      'Tests against a real API server need KUBEBUILDER_ASSETS: a folder with etcd and kube-apiserver,',
      'for example the path that `setup-envtest use -p path` prints.',
      SHELLS,
    ];
  }
}

function framed(lines: readonly string[]): string {
  const width = Math.max(...lines.map((line) => line.length));
  const rule = '!'.repeat(width + 4);
  return `\n${[rule, ...lines.map((line) => `! ${line.padEnd(width)} !`), rule].join('\n')}\n\n`;
}
