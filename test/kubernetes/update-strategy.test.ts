/** Which DaemonSets surge; the values are those of Kubernetes' intstr arithmetic for one node. */
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
  test('surges with any pod and any share, which is rounded up', () => {
    expect([surges(1), surges(25), surges('1%'), surges('100%', 'RollingUpdate')]).toEqual([true, true, true, true]);
  });

  test('does not surge without a share, without the field, or when it is only replaced on deletion', () => {
    expect([surges(0), surges('0%'), surges(), surges(1, 'OnDelete'), allowsSurge({})]).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
