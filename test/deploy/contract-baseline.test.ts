/** The check of the contract against its baseline, on a contract of one message. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const CONTRACT = 'proto/example/v1/example.proto';
const BASELINE = '.ci/contract-baseline/example/v1/example.proto';

const message = (...fields: readonly string[]) =>
  ['syntax = "proto3";', 'package example.v1;', '// A node.', 'message Node {', ...fields, '}', ''].join('\n');
const NAME = '  string name = 1; // Of the Node object.';
const UID = '  string uid = 2;';

function repository() {
  const root = temporaryFolder();
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  mkdirSync(join(root, '.ci'));
  cpSync(join(ROOT, '.ci/check-breaking.mjs'), join(root, '.ci/check-breaking.mjs'));
  cpSync(join(ROOT, 'proto/buf.yaml'), join(root, 'proto/buf.yaml'));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const run = (...args: readonly string[]) => {
    const command = [join(root, '.ci/check-breaking.mjs'), ...args];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
    return { status, output: stdout + stderr };
  };
  return {
    setContract: (...fields: readonly string[]) => write(CONTRACT, message(...fields)),
    baseline: () => (existsSync(join(root, BASELINE)) ? readFileSync(join(root, BASELINE), 'utf8') : null),
    check: () => run(),
    move: () => run('--move'),
  };
}

it('passes where the contract is the baseline or has a field more', () => {
  const { setContract, check, move } = repository();
  setContract(NAME);
  expect(move().status).toBe(0);
  expect(check().status).toBe(0);
  setContract(NAME, UID);
  expect(check().status).toBe(0);
});

it('names what breaks the baseline and how to move the baseline, which then passes', () => {
  const { setContract, check, move } = repository();
  setContract(NAME, UID);
  move();
  setContract(NAME);
  const { status, output } = check();
  expect(status).toBe(100);
  expect(output).toContain('Previously present field "2" with name "uid" on message "Node" was deleted.');
  expect(output).toContain('contract: if the break is intended, run npm run contract:baseline and commit the result\n');
  expect(move().status).toBe(0);
  expect(check().status).toBe(0);
});

it('keeps the baseline as it is until it is moved, and without comments', () => {
  const { setContract, baseline, check, move } = repository();
  setContract(NAME);
  move();
  setContract(NAME, UID);
  check();
  const lines = ['syntax = "proto3";', 'package example.v1;', 'message Node {', '  string name = 1;', '}', ''];
  expect(baseline()).toBe(lines.join('\n'));
});

it('fails without a baseline', () => {
  const { setContract, baseline, check } = repository();
  setContract(NAME);
  const { status, output } = check();
  expect(status).not.toBe(0);
  expect(output).toContain('.ci/contract-baseline');
  expect(baseline()).toBe(null);
});
