/** Every file with a version of Node has the oldest version in package.json or the newest in .node-version. */
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

  it('have the major version of the image as the upper bound in package.json', () => {
    expect(Number(tooNew)).toBe(Number(majorOf(newest)) + 1);
  });

  it('are equal in package-lock.json', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: { '': { engines: unknown } } };
    expect(packages[''].engines).toEqual(engines);
  });

  it.each(['README.md', 'deploy/README.md', 'docs/operations.md'])('are the only ones in %s', (page) => {
    const named = [...read(page).matchAll(/\bNode (\d+(?:\.\d+)*)/g)].map(([, version = '']) => version);
    const tested = new Set([oldest, majorOf(oldest), newest, majorOf(newest)]);
    expect(named.filter((version) => !tested.has(version))).toEqual([]);
  });
});
