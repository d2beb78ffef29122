/** Compares the engine with the results of the Kubernetes scheduling helpers for 4,000 pairs. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { compilePlacement, type DaemonSet, evaluatePlacement, type Node } from '../../shared/placement/index.ts';

/** A pair with the results of the Kubernetes helpers. */
interface Vector {
  readonly id: number;
  readonly daemonSet: DaemonSet;
  readonly node: Node;
  readonly shouldRun: boolean;
  readonly shouldContinueRunning: boolean;
}

describe.each(['common', 'hostile'])('the %s pairs that Kubernetes decided', (name) => {
  const vectors = readVectors(name);

  test('are 2,000 pairs with every possible result', () => {
    expect(vectors).toHaveLength(2000);
    const answers = new Set(
      vectors.map(({ shouldRun, shouldContinueRunning }) => [shouldRun, shouldContinueRunning]).map(String),
    );
    expect(answers).toEqual(new Set(['true,true', 'false,true', 'false,false']));
  });

  test('all have the same verdict', () => {
    const disagreements = vectors.filter(({ daemonSet, node, shouldRun, shouldContinueRunning }) => {
      const verdict = compilePlacement(daemonSet).decide(node);
      return verdict !== (shouldRun ? 'run' : shouldContinueRunning ? 'keep' : 'none');
    });
    expect(disagreements.map(({ id }) => id)).toEqual([]);
  });

  test('all have an explanation with the same two results', () => {
    const disagreements = vectors.filter((vector) => {
      const { shouldRun, shouldContinueRunning } = evaluatePlacement(vector.daemonSet, vector.node);
      return shouldRun !== vector.shouldRun || shouldContinueRunning !== vector.shouldContinueRunning;
    });
    expect(disagreements.map(({ id }) => id)).toEqual([]);
  });
});

function readVectors(name: string): Vector[] {
  const file = new URL(`../vectors/placement-${name}.jsonl.gz`, import.meta.url);
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Vector);
}
