/** `rollcall audit backup`: a file that is whole, and what the coordinator sent, or not there. */
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
    'never takes the place of a live journal: %s',
    async (name) => {
      const folder = temporaryFolder();
      for (const part of ['rollcall.db', 'rollcall.db-wal', 'rollcall.db-shm', 'rollcall.db.lock']) {
        writeFileSync(join(folder, part), part);
      }
      const file = join(folder, name);
      const refusal = {
        exitCode: 2,
        stdout: '',
        stderr: `rollcall: ${file} belongs to a coordinator's journal, as ${join(folder, 'rollcall.db.lock')} shows; name another file\n`,
      };
      expect(await audit(`backup ${file} --force`)).toEqual(refusal);
      expect(await audit(`export -f ${file} --force`)).toEqual(refusal);
      expect(readFileSync(file, 'utf8')).toBe(name);
    },
  );

  it('writes what the coordinator sends, and says up to where it goes', async () => {
    const file = join(temporaryFolder(), 'backup.db');
    expect(await audit(`backup ${file}`)).toEqual({
      exitCode: 0,
      stdout: `${file}: 26 B of store store-1, up to 312:${HASH}\n`,
      stderr: '',
    });
    expect(readFileSync(file)).toEqual(FILE);
  });

  it('shows on a terminal how far the copy is, then how much of it came, and wipes both away', async () => {
    server.answers = { CreateBackup: () => [{ progress: { doneCount: 1024, totalCount: 4096 } }, ...backup(FILE)] };
    const { stderr } = await audit(`backup ${join(temporaryFolder(), 'backup.db')}`, { isErrorTTY: true });
    const wipe = '\r\u001B[K';
    expect(stderr).toMatch(`${wipe}copying: 1.0 KiB of 4.0 KiB (25%)${wipe}receiving: 5 B of 26 B (19%)`);
    expect(stderr.endsWith(`${wipe}${wipe}`)).toBe(true);
  });

  it.each<[string, () => object[]]>([
    ['does not have its digest', () => backup(FILE, Buffer.alloc(32))],
    ['is cut short', () => backup(FILE).slice(0, 2)],
  ])('keeps no copy that %s', async (_, messages) => {
    const folder = temporaryFolder();
    server.answers = { CreateBackup: messages };
    const { exitCode, stderr } = await audit(`backup ${join(folder, 'backup.db')}`);
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'rollcall: the copy arrived damaged and was not kept; try again\n',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('keeps a file that exists, and asks for nothing', async () => {
    const file = join(temporaryFolder(), 'journal.db');
    writeFileSync(file, 'the live file');
    expect((await audit(`backup ${file}`)).stderr).toBe(
      `rollcall: ${file} exists; name another file, or replace it with --force\n`,
    );
    expect(server.asked).toEqual([]);
    expect(readFileSync(file, 'utf8')).toBe('the live file');
  });

  it('ended with Ctrl-C leaves nothing', async () => {
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
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: 'rollcall: ended before it was done, as you asked\n' });
    expect(existsSync(join(folder, 'backup.db.partial'))).toBe(false);
  });
});
