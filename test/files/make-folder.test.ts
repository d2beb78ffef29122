/** Creating folders, and errors of the file system. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../../shared/files/make-folder.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';

describe('makeFolder', () => {
  it('creates a folder and its parents, and accepts a folder that exists', () => {
    const folder = `${temporaryFolder()}/a/b`;
    makeFolder(folder);
    makeFolder(folder);
    expect(existsSync(folder)).toBe(true);
  });

  it('accepts a folder that another process creates at the same time', () => {
    const folder = `${temporaryFolder()}/a/b`;
    makeFolder(folder, (path) => {
      mkdirSync(path);
      mkdirSync(path);
    });
    expect(existsSync(folder)).toBe(true);
  });

  it('fails to create a folder below a file', () => {
    const file = `${temporaryFolder()}/file`;
    writeFileSync(file, '');
    expect(() => makeFolder(`${file}/a`)).toThrow(/ENOTDIR|EEXIST/);
  });

  it.runIf(existsSync('/proc/self'))('fails on a file system that does not support creating folders', () => {
    expect(() => makeFolder('/proc/rollcall/data')).toThrow('ENOENT');
  });
});
