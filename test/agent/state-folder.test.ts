/** The persisted state of an agent on the real file system. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AgentState, StateFolder } from '../../agent/state/state-folder.ts';
import { assignmentDigest } from '../../shared/model/assignment-digest.ts';
import { assignment } from '../fakes/scripted-stream.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { nodeReport, podReport } from './reports.ts';

const assignments = [assignment('a'), assignment('b', { verdict: 'keep', effectiveRevision: 4 })];
const STATE: AgentState = {
  node: 'n1',
  held: {
    storeId: 'store-1',
    revision: 9,
    digest: assignmentDigest(assignments),
    assignments: new Map(assignments.map((one) => [one.daemonSet, one])),
  },
  nodeReport: nodeReport('file', 123),
  podReport: podReport(9, 456),
};

describe('a state folder', () => {
  let folder: string;
  let warnings: string[];
  const open = () => {
    const log = pino(
      { level: 'warn' },
      { write: (line) => void warnings.push((JSON.parse(line) as { msg: string }).msg) },
    );
    return new StateFolder(folder, log);
  };
  const file = () => join(folder, 'agent-state.json');

  beforeEach(() => {
    folder = join(temporaryFolder(), 'state');
    warnings = [];
  });

  it('is created if it does not exist, and is empty at first', () => {
    expect(open().load()).toBeNull();
    expect(existsSync(folder)).toBe(true);
  });

  it('returns the state that was saved last', () => {
    open().save({ ...STATE, node: 'other' });
    open().save(STATE);
    expect(open().load()).toEqual(STATE);
    expect(readdirSync(folder)).toEqual(['agent-state.json']);
  });

  it('returns the state of an agent without assignments', () => {
    const empty = { node: 'n1', held: null, nodeReport: null, podReport: null };
    open().save(empty);
    expect(open().load()).toEqual(empty);
  });

  it.each([
    ['torn', (text: string) => text.slice(0, text.length / 2)],
    ['altered', (text: string) => text.replace('"revision":9', '"revision":8')],
    ['empty', () => ''],
    ['of another format', (text: string) => text.replace('"format":3', '"format":2')],
  ])('renames a file that is %s and logs a warning', (_, damage) => {
    open().save(STATE);
    const damaged = damage(readFileSync(file(), 'utf8'));
    writeFileSync(file(), damaged);
    expect(open().load()).toBeNull();
    expect(warnings).toEqual([expect.stringContaining('the file is renamed to')]);
    expect(readdirSync(folder)).toEqual(['agent-state.json.unusable']);
    expect(readFileSync(`${file()}.unusable`, 'utf8')).toBe(damaged);
  });

  it('ignores a partially written temporary file', () => {
    open().save(STATE);
    writeFileSync(`${file()}.new`, '{"format":1');
    expect(open().load()).toEqual(STATE);
  });

  it('logs one warning while it cannot be written', () => {
    const stateFolder = open();
    mkdirSync(`${file()}.new`);
    stateFolder.save(STATE);
    stateFolder.save(STATE);
    expect(warnings).toEqual([expect.stringContaining('cannot write the state of the agent')]);
  });

  it('is an error if it cannot be created', () => {
    const blocker = join(temporaryFolder(), 'file');
    writeFileSync(blocker, '');
    chmodSync(blocker, 0o600);
    folder = join(blocker, 'state');
    expect(open).toThrow(/^cannot create the state folder .*file\/state: /);
  });
});
