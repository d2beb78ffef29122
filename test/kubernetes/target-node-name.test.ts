/** The node that a daemon pod is meant for, as the DaemonSet controller writes it and reads it again. */
import { describe, expect, test } from 'vitest';
import type { Pod, Requirement } from '../../shared/kubernetes/objects.ts';
import { targetNodeName } from '../../shared/kubernetes/target-node-name.ts';

const named = (values: readonly string[], changes: Partial<Requirement> = {}): Requirement => ({
  key: 'metadata.name',
  operator: 'In',
  values,
  ...changes,
});

function pod(matchFields: readonly Requirement[], nodeName?: string): Pod {
  const required = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Exists' }] }, { matchFields }] };
  const affinity = { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } };
  return { spec: { affinity, ...(nodeName !== undefined && { nodeName }) } };
}

describe('a daemon pod', () => {
  test('is meant for the node that it is bound to, else for the one that its affinity names', () => {
    expect(targetNodeName(pod([named(['n1'])], 'n2'))).toBe('n2');
    expect(targetNodeName(pod([named(['n1'])]))).toBe('n1');
  });

  test('is meant for no node where its affinity names none, or several', () => {
    const none = [[], [named([])], [named(['n1', 'n2'])], [named(['n1'], { operator: 'NotIn' })]];
    expect([...none, [named(['n1'], { key: 'other' })]].map((fields) => targetNodeName(pod(fields)))).toEqual(
      Array(5).fill(null),
    );
    expect(targetNodeName({})).toBeNull();
  });
});
