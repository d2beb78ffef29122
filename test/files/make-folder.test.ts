/** Making folders, also where the file system refuses. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../../shared/files/make-folder.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

describe('makeFolder', () => {
  it('makes a folder and those above it, and takes one that is there', () => {
    const folder = `${temporaryFolder()}/a/b`;
    makeFolder(folder);
    makeFolder(folder);
    expect(existsSync(folder)).toBe(true);
  });

  it('takes a folder that another process makes at the same moment', () => {
    const folder = `${temporaryFolder()}/a/b`;
    makeFolder(folder, (path) => {
      mkdirSync(path);
      mkdirSync(path);
    });
    expect(existsSync(folder)).toBe(true);
  });

  it('refuses to make a folder below a file', () => {
    const file = `${temporaryFolder()}/file`;
    writeFileSync(file, '');
    expect(() => makeFolder(`${file}/a`)).toThrow(/ENOTDIR|EEXIST/);
  });

  it.runIf(existsSync('/proc/self'))('gives up where the file system makes no folders', () => {
    expect(() => makeFolder('/proc/rollcall/data')).toThrow('ENOENT');
  });
});
