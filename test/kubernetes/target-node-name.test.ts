/** The target node of a daemon pod, as the DaemonSet controller writes and reads it. */
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
  test('has the node that it is bound to as its target, otherwise the node in its affinity', () => {
    expect(targetNodeName(pod([named(['n1'])], 'n2'))).toBe('n2');
    expect(targetNodeName(pod([named(['n1'])]))).toBe('n1');
  });

  test('has no target if its affinity names no node or several nodes', () => {
    const none = [[], [named([])], [named(['n1', 'n2'])], [named(['n1'], { operator: 'NotIn' })]];
    expect([...none, [named(['n1'], { key: 'other' })]].map((fields) => targetNodeName(pod(fields)))).toEqual(
      Array(5).fill(null),
    );
    expect(targetNodeName({})).toBeNull();
  });
});
