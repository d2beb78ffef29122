/** `rollcall audit backup`: writes the complete backup or no file. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeQueryServer } from '../../fakes/fake-query-server.ts';
import { temporaryFolder } from '../../fakes/temporary-folder.ts';
import { type CliOptions, runCli } from '../run-cli.ts';

const HASH = 'ab'.repeat(32);
const HEAD = { revision: 312, hash: Buffer.from(HASH, 'hex') };
const FILE = Buffer.from('SQLite format 3\0 and so on');

let server: FakeQueryServer;

beforeEach(async () => {
  server = await FakeQueryServer.start({ CreateBackup: () => backup(FILE) });
});

afterEach(() => server.stop());

function backup(file: Buffer, digest = createHash('sha256').update(file).digest()) {
  const chunks = [{ chunk: file.subarray(0, 5) }, { chunk: file.subarray(5) }];
  return [{ start: { totalBytes: file.length, head: HEAD, storeId: 'store-1' } }, ...chunks, { end: { digest } }];
}

function audit(line: string, options: CliOptions = {}) {
  return runCli(['audit', ...line.split(' '), '--server', server.address], options);
}

describe('rollcall audit backup', () => {
  it.each(['rollcall.db', 'rollcall.db-wal', 'rollcall.db-shm', 'rollcall.db.lock'])(
    'never overwrites a journal in use: %s',
    async (name) => {
      const folder = temporaryFolder();
      for (const part of ['rollcall.db', 'rollcall.db-wal', 'rollcall.db-shm', 'rollcall.db.lock']) {
        writeFileSync(join(folder, part), part);
      }
      const file = join(folder, name);
      const lock = join(folder, 'rollcall.db.lock');
      const refusal = {
        exitCode: 2,
        stdout: '',
        stderr: `rollcall: ${file} belongs to the journal of a coordinator (${lock} exists); specify another file\n`,
      };
      expect(await audit(`backup ${file} --force`)).toEqual(refusal);
      expect(await audit(`export -f ${file} --force`)).toEqual(refusal);
      expect(readFileSync(file, 'utf8')).toBe(name);
    },
  );

  it('writes the backup and prints its head', async () => {
    const file = join(temporaryFolder(), 'backup.db');
    expect(await audit(`backup ${file}`)).toEqual({
      exitCode: 0,
      stdout: `${file}: 26 B, store store-1, head 312:${HASH}\n`,
      stderr: '',
    });
    expect(readFileSync(file)).toEqual(FILE);
  });

  it('shows the progress of the copy and the transfer on a terminal, then clears both', async () => {
    server.answers = { CreateBackup: () => [{ progress: { doneCount: 1024, totalCount: 4096 } }, ...backup(FILE)] };
    const { stderr } = await audit(`backup ${join(temporaryFolder(), 'backup.db')}`, { isErrorTTY: true });
    const clear = '\r\u001B[K';
    expect(stderr).toMatch(`${clear}copying: 1.0 KiB of 4.0 KiB (25%)${clear}receiving: 5 B of 26 B (19%)`);
    expect(stderr.endsWith(`${clear}${clear}`)).toBe(true);
  });

  it.each<[string, () => object[]]>([
    ['has a wrong digest', () => backup(FILE, Buffer.alloc(32))],
    ['is incomplete', () => backup(FILE).slice(0, 2)],
  ])('discards a backup that %s', async (_, messages) => {
    const folder = temporaryFolder();
    server.answers = { CreateBackup: messages };
    const { exitCode, stderr } = await audit(`backup ${join(folder, 'backup.db')}`);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'rollcall: the backup was damaged in transit and was discarded; try again\n',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not overwrite an existing file, and sends no request', async () => {
    const file = join(temporaryFolder(), 'journal.db');
    writeFileSync(file, 'the live file');
    expect((await audit(`backup ${file}`)).stderr).toBe(
      `rollcall: ${file} already exists; specify another file, or use --force to overwrite it\n`,
    );
    expect(server.asked).toEqual([]);
    expect(readFileSync(file, 'utf8')).toBe('the live file');
  });

  it('leaves no file after Ctrl-C', async () => {
    const folder = temporaryFolder();
    const interrupt = new AbortController();
    server.answers = {
      async *CreateBackup() {
        yield* backup(FILE).slice(0, 2);
        interrupt.abort();
        await new Promise(() => {});
      },
    };
    const { exitCode, stderr } = await audit(`backup ${join(folder, 'backup.db')}`, { signal: interrupt.signal });
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: 'rollcall: interrupted before completion\n' });
    expect(existsSync(join(folder, 'backup.db.partial'))).toBe(false);
  });
});
