/** The preparation for `npm start` and `npm test`: installs missing packages and builds stale files. With an npm that only copies. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

const LOCAL = fileURLToPath(new URL('../../deploy/local', import.meta.url));

const COMPILED_MODULE = 'node_modules/better-sqlite3/index.js';
const LOADS = 'module.exports = class { close() {} };\n';
const DOES_NOT_LOAD = "throw new Error('compiled for another version of Node');\n";

/** The dependencies of the checkout that `prepare.mjs` uses. */
const DEPENDENCIES = {
  [COMPILED_MODULE]: LOADS,
  'node_modules/typescript/bin/tsc': "require('node:fs').mkdirSync('dist', { recursive: true });\n",
  'node_modules/@grpc/proto-loader/build/bin/proto-loader-gen-types.js': '',
};

const LOCK = {
  packages: {
    '': { name: 'rollcall' },
    'node_modules/better-sqlite3': { version: '1.0.0', integrity: 'sha512-a' },
    'node_modules/other-platform': { version: '1.0.0', integrity: 'sha512-b', optional: true },
  },
};

class Checkout {
  readonly #root = temporaryFolder();

  constructor() {
    for (const file of ['prepare.mjs', 'installed.mjs', 'progress.mjs']) {
      mkdirSync(join(this.#root, 'deploy/local'), { recursive: true });
      cpSync(join(LOCAL, file), join(this.#root, 'deploy/local', file));
    }
    this.write('package.json', JSON.stringify({ engines: { node: '>=20.19 <99' } }));
    this.write('package-lock.json', JSON.stringify(LOCK));
    this.write('tsconfig.json', '{}');
    for (const [path, text] of Object.entries(DEPENDENCIES)) this.write(join('registry', path), text);
    this.fakeNpm(
      "rmSync('node_modules', { recursive: true, force: true });",
      "cpSync('registry/node_modules', 'node_modules', { recursive: true });",
      "const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));",
      "delete packages[''];",
      "delete packages['node_modules/other-platform'];",
      "writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }));",
    );
  }

  fakeNpm(...lines: readonly string[]): void {
    const imports = "import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';";
    this.write('bin/npm.mjs', [imports, ...lines].join('\n'));
    this.write('bin/npm', `#!/bin/sh\nexec '${process.execPath}' "$(dirname "$0")/npm.mjs" "$@"\n`, 0o755);
  }

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(join(this.#root, path)), { recursive: true });
    writeFileSync(join(this.#root, path), text, { mode });
  }

  remove(path: string): void {
    rmSync(join(this.#root, path), { recursive: true });
  }

  has(path: string): boolean {
    return existsSync(join(this.#root, path));
  }

  read(path: string): string {
    return readFileSync(join(this.#root, path), 'utf8');
  }

  /** Runs `npm ci` like a user. */
  installByHand(): void {
    const { status, stderr } = this.#run(join(this.#root, 'bin/npm'), ['ci']);
    if (status !== 0) throw new Error(`npm ci failed: ${stderr}`);
  }

  prepare(): { status: number | null; stderr: string; installs: boolean } {
    const { status, stderr } = this.#run(process.execPath, ['deploy/local/prepare.mjs']);
    return { status, stderr, installs: stderr.includes('installing dependencies') };
  }

  #run(command: string, args: readonly string[]) {
    const PATH = [join(this.#root, 'bin'), '/usr/bin', '/bin'].join(delimiter);
    return spawnSync(command, args, { cwd: this.#root, encoding: 'utf8', env: { PATH } });
  }
}

describe('the installation', () => {
  it('runs once in a new checkout, and is reported', () => {
    const checkout = new Checkout();
    const first = checkout.prepare();
    expect(first).toMatchObject({ status: 0, installs: true });
    expect(first.stderr).toContain('installing dependencies: nothing is installed yet');
    expect(first.stderr).toMatch(/installing dependencies: done in \d+ s/);
    expect(first.stderr).toMatch(/compiling: done in \d+ s/);
    expect(checkout.has('dist/.rollcall-built')).toBe(true);
    expect(checkout.prepare()).toEqual({ status: 0, stderr: '', installs: false });
  });

  it('does not run again after npm ci', () => {
    const checkout = new Checkout();
    checkout.installByHand();
    expect(checkout.prepare()).toMatchObject({ status: 0, installs: false });
  });

  it.each([
    { change: 'another version', entry: { version: '1.0.1', integrity: 'sha512-a' } },
    { change: 'another content', entry: { version: '1.0.0', integrity: 'sha512-c' } },
  ])('runs again when package-lock.json lists $change of a package', ({ entry }) => {
    const checkout = new Checkout();
    checkout.installByHand();
    const packages = { ...LOCK.packages, 'node_modules/better-sqlite3': entry };
    checkout.write('package-lock.json', JSON.stringify({ packages }));
    const again = checkout.prepare();
    expect(again.stderr).toContain('node_modules/better-sqlite3 is not what package-lock.json lists');
    expect(again).toMatchObject({ status: 0, installs: true });
    expect(checkout.prepare()).toMatchObject({ status: 0, installs: false });
  });

  it('runs again when package-lock.json lists an additional package', () => {
    const checkout = new Checkout();
    checkout.installByHand();
    const packages = { ...LOCK.packages, 'node_modules/typescript': { version: '1.0.0', integrity: 'sha512-d' } };
    checkout.write('package-lock.json', JSON.stringify({ packages }));
    expect(checkout.prepare()).toMatchObject({ status: 0, installs: true });
  });

  it('runs again when the folder of a package is missing', () => {
    const checkout = new Checkout();
    checkout.installByHand();
    checkout.remove('node_modules/better-sqlite3');
    expect(checkout.prepare()).toMatchObject({ status: 0, installs: true });
  });

  it('runs again when the native module cannot be loaded by this version of Node', () => {
    const checkout = new Checkout();
    checkout.installByHand();
    checkout.write(COMPILED_MODULE, DOES_NOT_LOAD);
    const again = checkout.prepare();
    expect(again.stderr).toContain(`better-sqlite3 does not load in Node ${process.versions.node}`);
    expect(again).toMatchObject({ status: 0, installs: true });
    expect(checkout.read(COMPILED_MODULE)).toBe(LOADS);
  });

  it('fails with the output of npm if npm fails', () => {
    const checkout = new Checkout();
    checkout.fakeNpm("process.stderr.write('npm error the registry does not answer\\n');", 'process.exitCode = 7;');
    const { status, stderr } = checkout.prepare();
    expect(status).toBe(1);
    expect(stderr).toContain('npm error the registry does not answer\n');
    expect(stderr).toContain('rollcall: installing dependencies failed: npm ci ended with exit code 7\n');
    expect(checkout.has('dist')).toBe(false);
  });
});

describe('the version of Node', () => {
  const withEngines = (node: string) => {
    const checkout = new Checkout();
    checkout.write('package.json', JSON.stringify({ engines: { node } }));
    return checkout.prepare();
  };

  it('is rejected if it is older than the oldest in package.json', () => {
    expect(withEngines('>=98.7 <99')).toEqual({
      status: 1,
      stderr: `rollcall: Rollcall needs Node 98.7 or newer; this is ${process.versions.node}\n`,
      installs: false,
    });
  });

  it('is reported as untested if it is newer than the newest', () => {
    const { status, stderr } = withEngines('>=18.0 <20');
    expect(status).toBe(0);
    expect(stderr).toContain(`not tested on Node ${process.versions.node}; it is tested up to Node 19\n`);
  });
});
