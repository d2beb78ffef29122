/** Which DaemonSets surge, according to the intstr arithmetic of Kubernetes for one node. */
import { describe, expect, test } from 'vitest';
import { allowsSurge } from '../../shared/kubernetes/update-strategy.ts';

const surges = (maxSurge?: number | string, type?: string) =>
  allowsSurge({
    spec: {
      updateStrategy: {
        ...(type !== undefined && { type }),
        rollingUpdate: { ...(maxSurge !== undefined && { maxSurge }) },
      },
    },
  });

describe('a DaemonSet', () => {
  test('surges with a number or percentage above zero, because percentages are rounded up', () => {
    expect([surges(1), surges(25), surges('1%'), surges('100%', 'RollingUpdate')]).toEqual([true, true, true, true]);
  });

  test('does not surge with zero, without the field, or with the strategy OnDelete', () => {
    expect([surges(0), surges('0%'), surges(), surges(1, 'OnDelete'), allowsSurge({})]).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
