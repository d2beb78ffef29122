/** Label selectors match the same nodes as in kubectl. */
import { describe, expect, it } from 'vitest';
import { parseLabelSelector } from '../../shared/plan/parse-label-selector.ts';

const NODES = {
  ssd: { disk: 'ssd', size: '20' },
  hdd: { disk: 'hdd', size: '5' },
  bare: { 'example.com/rack': 'r1' },
  odd: { size: 'large' },
};

function chosen(selector: string): string[] {
  const matches = parseLabelSelector(selector);
  return Object.entries(NODES).flatMap(([name, labels]) => (matches(labels) ? [name] : []));
}

describe('a label selector', () => {
  it.each([
    ['', ['ssd', 'hdd', 'bare', 'odd']],
    ['disk=ssd', ['ssd']],
    ['disk == ssd', ['ssd']],
    ['disk!=ssd', ['hdd', 'bare', 'odd']],
    ['disk in (ssd, hdd)', ['ssd', 'hdd']],
    ['disk notin (ssd,nvme)', ['hdd', 'bare', 'odd']],
    ['disk', ['ssd', 'hdd']],
    ['!disk', ['bare', 'odd']],
    ['size>5', ['ssd']],
    ['size<20', ['hdd']],
    ['example.com/rack=r1', ['bare']],
    ['disk in (ssd,hdd),size!=5,!example.com/rack', ['ssd']],
    ['disk=', []],
    ['constructor', []],
  ])('%j matches %j', (selector, expected) => {
    expect(chosen(selector)).toEqual(expected);
  });

  it.each([
    [
      'disk=ssd,',
      'a requirement is not one of: key, !key, key=value, key!=value, key in (a,b), key notin (a,b), key>1 or key<1',
    ],
    ['disk in ssd', "'disk in ssd' is not one of: key, !key, key=value"],
    ['-disk', "the label key '-disk' is not valid: its name part must consist of letters"],
    ['disk=a b', "'disk=a b' is not one of:"],
    ['disk=-x', "the label value '-x' is not valid: it must be empty, or consist of letters"],
    ['size>big', "size> requires an integer, not 'big'"],
  ])('%j is rejected with the invalid requirement', (selector, sentence) => {
    expect(() => parseLabelSelector(selector)).toThrow(sentence);
  });
});
