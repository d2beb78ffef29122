/** A timeline in a terminal, compared by character. */
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createStyle } from '../../../cli/output/style.ts';
import { drawText } from '../../../cli/timeline/draw-text.ts';
import type { Timeline } from '../../../cli/timeline/timeline.ts';
import { lane, THREE_HOURS, TO_MS } from './three-hours.ts';

interface Look {
  readonly width?: number;
  readonly utf8?: boolean;
  readonly color?: boolean;
  readonly wide?: boolean;
}

function draw(timeline: Timeline, { width, utf8 = true, color = false, wide = false }: Look = {}): string {
  const style = createStyle({ color, utf8 });
  return drawText(timeline, width, { style, nowMs: TO_MS, wide, columns: undefined });
}

describe('a timeline in a terminal', () => {
  it('has a time axis, a lane for each placement, and marks below a lane for drift and absence', () => {
    expect(draw(THREE_HOURS)).toBe(`\
node gpu-1: 2026-03-14T12:00:00Z to 2026-03-14T15:00:00Z (3h), times in UTC

                                  ╷12:00 ╷12:30  ╷13:00  ╷13:30 ╷14:00  ╷14:30 ╷
agent                             ────────────────────           ───────────────
                                                      └absent───┘
kube-system/calico-node +1        ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
logging/fluent-bit                ━━━━━━━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌━━━━━━━━━━━━━━━━━━━━
                                                           └missing
kube-system/nvidia-device-plugin  ━━━━━━━━┈×━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
                                  ─unhealthy     └unhealthy x3 unhealthy└───────
                                         └unexpected
edge/edge-gateway                 ┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈
                                                                       missing└─
monitoring/late                                                 ━━━━━━━━━━━━━━━━

━━━ run   ╌╌╌ keep   ┈┈┈ none   ─── agent present   × multiple changes
+N: N more lanes look the same
`);
  });

  it('is readable without UTF-8', () => {
    const text = draw(THREE_HOURS, { utf8: false });
    expect(text).toMatch(/^[ -~\n]*$/);
    expect(text).toBe(`\
node gpu-1: 2026-03-14T12:00:00Z to 2026-03-14T15:00:00Z (3h), times in UTC

                                  |12:00 |12:30  |13:00  |13:30 |14:00  |14:30 |
agent                             ____________________           _______________
                                                      \`absent___'
kube-system/calico-node +1        ==============================================
logging/fluent-bit                =============-------------====================
                                                           \`missing
kube-system/nvidia-device-plugin  ========.x====================================
                                  _unhealthy     \`unhealthy x3 unhealthy\`_______
                                         \`unexpected
edge/edge-gateway                 ..............................................
                                                                       missing\`_
monitoring/late                                                 ================

=== run   --- keep   ... none   ___ agent present   x multiple changes
+N: N more lanes look the same
`);
  });

  it('does not depend on color', () => {
    const colored = draw(THREE_HOURS, { color: true });
    expect(colored).toContain('\u001B[32m━');
    expect(stripVTControlCharacters(colored)).toBe(draw(THREE_HOURS));
  });

  it.each([40, 60, 80, 119, 200])('fits into %i columns', (width) => {
    const lines = draw(THREE_HOURS, { width }).split('\n').slice(2, -2);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  it('draws lanes that look the same once, and all of them with -o wide', () => {
    const many = {
      ...THREE_HOURS,
      lanes: Array.from({ length: 1_000 }, (_, node) => lane(`n-${node}`, [[0, 999, 'run']])),
    };
    expect(draw(many).split('\n')[3]).toMatch(/^n-0 \+999 +━+$/);
    expect(draw(many, { wide: true }).match(/^n-\d+ +━+$/gm)).toHaveLength(1_000);
  });

  it('draws at most 60 different lanes, and prints the number of the others', () => {
    const many = {
      ...THREE_HOURS,
      lanes: Array.from({ length: 100 }, (_, node) => lane(`n-${node}`, [[node, 999, 'run']])),
    };
    expect(draw(many, { width: 300 }).match(/^n-\d+ /gm)).toHaveLength(60);
    expect(draw(many, { width: 300 })).toContain('40 more lanes; use -o wide to draw all\n');
  });

  it('truncates long names at the beginning', () => {
    const long = { ...THREE_HOURS, lanes: [lane(`${'namespace'.repeat(6)}/name`, [[0, 999, 'run']])] };
    expect(draw(long).split('\n')[3]).toMatch(/^…amespacenamespacenamespace\/name {2}━+$/);
  });

  it('replaces control characters in names', () => {
    const hostile = { ...THREE_HOURS, subject: 'node a\u001B[2J', lanes: [lane('b\u001B[1Ac\nd', [[0, 999, 'run']])] };
    expect(draw(hostile)).not.toContain('\u001B');
  });

  it('says that no events are recorded for an empty range', () => {
    expect(draw({ ...THREE_HOURS, lanes: [] })).toContain('No events are recorded for this time.\n');
  });
});
