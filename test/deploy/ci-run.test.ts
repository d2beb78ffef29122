/** The steps of `.ci/run`, depending on the tools outside the repository. With an npm that only prints its arguments. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

const RUN = fileURLToPath(new URL('../../.ci/run', import.meta.url));

const CURRENT = process.versions.node;
const MAJOR = Number(CURRENT.split('.')[0]);

interface Outside {
  readonly oldest?: number;
  readonly newest?: string;
  readonly failing?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** Runs it in a new repository. `files` are next to the repository. */
function ci({ oldest = MAJOR, newest = '99.1.2', failing = 'none', environment = {}, files = {} }: Outside = {}) {
  const folder = temporaryFolder();
  const repository = join(folder, 'repository');
  mkdirSync(join(repository, '.ci'), { recursive: true });
  cpSync(RUN, join(repository, '.ci/run'));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: 0o755 });
  };
  write('repository/package.json', JSON.stringify({ engines: { node: `>=${oldest}.1 <99` } }));
  write('repository/.node-version', `${newest}\n`);
  write(
    'bin/npm',
    `#!/bin/sh
echo "npm $* with KUBEBUILDER_ASSETS=$KUBEBUILDER_ASSETS ROLLCALL_CLUSTER_SCRIPT=$ROLLCALL_CLUSTER_SCRIPT"
case "$*" in *${failing}*) exit 1 ;; esac
`,
  );
  write('bin/node', `#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
  for (const shell of ['zsh', 'fish']) write(join('bin', shell), '#!/bin/sh\n');
  for (const [path, text] of Object.entries(files)) write(path, text);
  const PATH = [join(folder, 'bin'), '/usr/bin', '/bin'].join(delimiter);
  const { status, stdout } = spawnSync('bash', [join(repository, '.ci/run')], {
    encoding: 'utf8',
    env: { ...environment, PATH },
  });
  const lines = stdout.trim().split('\n');
  return { status, stdout, notRun: lines.filter((line) => line.startsWith('=== NOT RUN: ')), last: lines.at(-1) };
}

const ENVTEST = {
  'shared/envtest/unpack.sh': '#!/bin/sh\necho /unpacked\n',
  'shared/envtest/cluster.sh': '#!/bin/sh\n',
};

it('passes in a standalone clone, and reports skipped steps immediately and at the end', () => {
  const { status, stdout, notRun, last } = ci();
  expect(status).toBe(0);
  const named = [
    '=== NOT RUN: tests on a real API server: KUBEBUILDER_ASSETS is not set, and ../shared/envtest/unpack.sh does not exist',
    '=== NOT RUN: test in a real cluster: ROLLCALL_CLUSTER_SCRIPT is not set, and ../shared/envtest/cluster.sh does not exist',
  ];
  expect(notRun).toEqual([...named, ...named]);
  expect(last).toBe(named[1]);
  expect(stdout).toContain('npm test with KUBEBUILDER_ASSETS= ROLLCALL_CLUSTER_SCRIPT=\n');
  expect(stdout).not.toContain('test:cluster');
});

it('uses the tools next to the repository, and skips no step', () => {
  const { status, stdout, notRun, last } = ci({ files: ENVTEST });
  expect(status).toBe(0);
  expect(notRun).toEqual([]);
  expect(stdout).toContain('npm test with KUBEBUILDER_ASSETS=/unpacked ');
  expect(stdout).toContain('npm run --silent test:cluster with ');
  expect(stdout).toContain(' ROLLCALL_CLUSTER_SCRIPT=../shared/envtest/cluster.sh\n');
  expect(last).toMatch(/^=== all passed in \d+ s$/);
});

it('prefers the tools that the environment specifies', () => {
  const environment = { KUBEBUILDER_ASSETS: '/mine', ROLLCALL_CLUSTER_SCRIPT: '/mine/cluster.sh' };
  const { status, stdout, notRun } = ci({ environment, files: ENVTEST });
  expect(status).toBe(0);
  expect(notRun).toEqual([]);
  expect(stdout).toContain('npm test with KUBEBUILDER_ASSETS=/mine ROLLCALL_CLUSTER_SCRIPT=/mine/cluster.sh\n');
});

it('tests on the installed version of Node and on the newest', () => {
  const { stdout } = ci({ files: ENVTEST });
  expect(stdout).toContain(`=== tests on Node ${CURRENT}: npm test\n`);
  expect(stdout).toContain('=== tests on Node 99.1.2: npm run --silent test:newest-node\n');
});

it('tests once if the newest Node is installed, and reports that the oldest is not tested', () => {
  const { status, stdout, notRun } = ci({ oldest: MAJOR - 1, newest: CURRENT, files: ENVTEST });
  expect(status).toBe(0);
  expect(stdout).not.toContain('test:newest-node');
  const named = `=== NOT RUN: tests on Node ${MAJOR - 1}: this machine has Node ${CURRENT}`;
  expect(notRun).toEqual([named, named]);
});

it('stops at the first step that fails', () => {
  const { status, stdout, last } = ci({ failing: 'check:lint', files: ENVTEST });
  expect(status).toBe(1);
  expect(last).toMatch(/^=== lint: FAILED after \d+ s$/);
  expect(stdout).not.toContain('check:types');
});
