/** That everything that names a version of Node names the oldest in package.json or the newest in .node-version. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
const [, oldest = '', tooNew = ''] = /^>=(\d+\.\d+) <(\d+)$/.exec(engines.node) ?? [];
const newest = read('.node-version').trim();
const majorOf = (version: string) => version.split('.')[0] ?? '';

describe('the versions of Node', () => {
  it('are exact', () => {
    expect(oldest).not.toBe('');
    expect(newest).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('end in package.json with the major version that the image has', () => {
    expect(Number(tooNew)).toBe(Number(majorOf(newest)) + 1);
  });

  it('are the same in package-lock.json', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: { '': { engines: unknown } } };
    expect(packages[''].engines).toEqual(engines);
  });

  it.each(['README.md', 'deploy/README.md', 'docs/operations.md'])('are the only ones in %s', (page) => {
    const named = [...read(page).matchAll(/\bNode (\d+(?:\.\d+)*)/g)].map(([, version = '']) => version);
    const tested = new Set([oldest, majorOf(oldest), newest, majorOf(newest)]);
    expect(named.filter((version) => !tested.has(version))).toEqual([]);
  });
});
