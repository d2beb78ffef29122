/** A timeline as SVG is a standalone, well-formed document for any names. */
import { describe, expect, it } from 'vitest';
import { drawSvg } from '../../../cli/timeline/draw-svg.ts';
import { lane, THREE_HOURS } from './three-hours.ts';

/** The elements in order. Throws if they do not nest. */
function elementsOf(svg: string): string[] {
  const open: string[] = [];
  const seen: string[] = [];
  for (const [, end = '', name = '', attributes = '', closed = ''] of svg.matchAll(
    /<(\/?)([a-zA-Z]+)([^<>]*?)(\/?)>/g,
  )) {
    expect(attributes).toMatch(/^( [a-zA-Z0-9-]+="[^"<>]*")*$/);
    if (end === '') seen.push(name);
    else if (open.pop() !== name) throw new Error(`</${name}> ends another element`);
    if (end === '' && closed === '') open.push(name);
  }
  expect(open).toEqual([]);
  return seen;
}

describe('a timeline as SVG', () => {
  const svg = drawSvg(THREE_HOURS);

  it('is one well-formed document with its size', () => {
    expect(elementsOf(svg).slice(0, 2)).toEqual(['svg', 'title']);
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" role="img" width="\d+" height="\d+" viewBox="0 0 \d+ \d+">/,
    );
  });

  it('contains no script, font, image or external reference', () => {
    expect(elementsOf(svg).filter((name) => ['script', 'image', 'foreignObject', 'use', 'a'].includes(name))).toEqual(
      [],
    );
    expect([...svg.matchAll(/url\(([^)]*)\)/g)].map(([, target]) => target?.[0])).toEqual(
      expect.arrayContaining(['#']),
    );
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|@import|href/);
  });

  it('has a light and a dark scheme', () => {
    expect(svg).toContain('@media (prefers-color-scheme: dark)');
  });

  it('has a title on every bar and mark', () => {
    expect(svg).toContain('<title>keep from 50</title>');
    expect(svg).toContain('<title>missing from 101</title>');
    expect(svg).toContain('<title>unhealthy 3 times</title>');
    expect(svg).toContain('<title>kube-system/calico-node, kube-system/kube-proxy</title>');
  });

  it('escapes names', () => {
    const names = ['<script>alert(1)</script>', '"/><image href="x', '&lt;', 'a\u0000\u001B[2J\uFFFEb', "']]>"];
    const hostile = drawSvg({
      ...THREE_HOURS,
      subject: names.join(' '),
      lanes: names.map((name) => lane(name, [[0, 9, 'run']])),
    });
    const harmless = drawSvg({
      ...THREE_HOURS,
      subject: 'a',
      lanes: names.map((name) => lane(name.replace(/[^a-z]/g, 'x'), [[0, 9, 'run']])),
    });
    expect(elementsOf(hostile)).toEqual(elementsOf(harmless));
    // oxlint-disable-next-line no-control-regex -- matches characters that must not appear
    expect(hostile).not.toMatch(/[\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF]/);
    expect(hostile).toContain('&lt;script&gt;');
  });

  it('of thousands of nodes is small if their lanes look the same', () => {
    const lanes = Array.from({ length: 1_000 }, (_, index) => lane(`node-${index}`, [[0, 999, 'run']]));
    expect(elementsOf(drawSvg({ ...THREE_HOURS, lanes })).length).toBeLessThan(100);
  });

  it('of a placement that changes constantly has no more bars than pixels', () => {
    const flapping = lane(
      'a',
      Array.from({ length: 20_000 }, (_, index) => [index / 112, (index + 1) / 112, index % 2 === 0 ? 'run' : 'none']),
    );
    expect(elementsOf(drawSvg({ ...THREE_HOURS, lanes: [flapping] })).length).toBeLessThan(3_000);
  });
});
