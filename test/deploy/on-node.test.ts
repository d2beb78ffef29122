/** Running a command with the Node version in .node-version. With an npm that installs the Node of this test instead. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

const DEPLOY = fileURLToPath(new URL('../../deploy', import.meta.url));

const PACKAGE = `node-${process.platform}-${process.arch}`;
const CACHE = `.cache/${PACKAGE}-99.1.2`;

/** Records its arguments, and creates `bin/node` and `include/node` like npm. */
const NPM = `#!/bin/sh
echo "$*" >>npm-calls
for option; do case $option in --prefix=*) folder=\${option#--prefix=}/node_modules/${PACKAGE} ;; esac; done
mkdir -p "$folder/bin" "$folder/include/node"
printf '#!/bin/sh\\nexec %s "$@"\\n' '${process.execPath}' >"$folder/bin/node"
chmod +x "$folder/bin/node"
`;

function repository() {
  const root = temporaryFolder();
  const path = (name: string) => join(root, name);
  const write = (name: string, text: string) => {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), text, { mode: 0o755 });
  };
  for (const file of ['image/on-node.mjs', 'local/progress.mjs']) {
    mkdirSync(dirname(path(join('deploy', file))), { recursive: true });
    cpSync(join(DEPLOY, file), path(join('deploy', file)));
  }
  write('.node-version', '99.1.2\n');
  write('deploy/local/prepare.mjs', "import { mkdirSync } from 'node:fs';\nmkdirSync('node_modules');\n");
  write('bin/npm', NPM);
  const run = (...command: readonly string[]) => {
    const PATH = [path('bin'), '/usr/bin', '/bin'].join(delimiter);
    const args = [path('deploy/image/on-node.mjs'), ...command];
    return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env: { PATH } });
  };
  return {
    path,
    write,
    run,
    read: (name: string) => readFileSync(path(name), 'utf8'),
    has: (name: string) => existsSync(path(name)),
    remove: (name: string) => rmSync(path(name)),
  };
}

it('runs the command in a prepared copy, with that Node and its headers', () => {
  const { path, read, has, run } = repository();
  const { status, stdout } = run('sh', '-c', 'command -v node; echo $npm_config_nodedir; pwd; ls -d node_modules');
  expect(status).toBe(0);
  const node = path(join(CACHE, 'node_modules', PACKAGE));
  expect(stdout.split('\n')).toEqual([join(node, 'bin/node'), node, path(join(CACHE, 'checkout')), 'node_modules', '']);
  expect(read('npm-calls')).toContain(` ${PACKAGE}@99.1.2\n`);
  expect(has('node_modules')).toBe(false);
});

it('downloads Node once, and uses the current files of the checkout', () => {
  const { read, write, remove, run } = repository();
  write('deploy/local/prepare.mjs', '');
  write('agent/old.ts', 'old\n');
  write('agent/edited.ts', 'before\n');
  write('dist/built.js', 'built\n');
  expect(run('cat', 'agent/old.ts').stdout).toBe('old\n');
  remove('agent/old.ts');
  write('agent/edited.ts', 'after\n');
  expect(run('sh', '-c', 'ls agent dist; cat agent/edited.ts').stdout).toBe('agent:\nedited.ts\nafter\n');
  expect(read('npm-calls').trim().split('\n')).toHaveLength(1);
});

it('exits with the exit code of the command', () => {
  const { run } = repository();
  expect(run('sh', '-c', 'exit 7').status).toBe(7);
});

it('does not run the command if the copy cannot be prepared', () => {
  const { write, run } = repository();
  write('deploy/local/prepare.mjs', 'process.exitCode = 3;\n');
  expect(run('echo', 'ran')).toMatchObject({ status: 3, stdout: '' });
});

it('leaves no files behind if Node cannot be downloaded', () => {
  const { has, write, run } = repository();
  write('bin/npm', '#!/bin/sh\nexit 1\n');
  const { status, stderr } = run('echo', 'ran');
  expect(status).toBe(1);
  expect(stderr).toBe('rollcall: fetching Node 99.1.2 failed: npm install ended with exit code 1\n');
  write('bin/npm', NPM);
  expect(run('echo', 'ran')).toMatchObject({ status: 0, stdout: 'ran\n' });
  expect(has(CACHE)).toBe(true);
});
