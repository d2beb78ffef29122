/** Properties of every DaemonSet on every node, tested with generated objects and a naive implementation. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compilePlacement,
  type Edit,
  type EditChange,
  evaluatePlacement,
  type Node,
  type PlacementResult,
  placementFieldsOfDaemonSet,
  placementInputsOfNode,
  REASON_CODES,
  type Verdict,
} from '../../shared/placement/index.ts';
import { applyEdit } from './apply-edit.ts';
import { anyNode, anyPair, type PairInput, soundPair } from './arbitraries.ts';
import { naivePlacement } from './naive-placement.ts';

const RUNS = { numRuns: 2000 };

/** One code for each rule that can fail independently, without the codes of its parts. */
const RULE_FAILURES: ReadonlySet<string> = new Set([
  'NODE_NAME_DIFFERS',
  'NODE_SELECTOR_LABEL_MISSING',
  'NODE_SELECTOR_VALUE_DIFFERS',
  'AFFINITY_NO_TERM_MATCHES',
  'TAINT_NOT_TOLERATED',
]);

/** A nodeSelector and a node that are the same object, as seed -2011846679 generated them once. */
function pairThatSharesAnObject(): PairInput {
  const shared = { '0': 'a' };
  const daemonSet = { metadata: { name: 'd' }, spec: { template: { spec: { nodeSelector: shared } } } };
  return { daemonSet, node: shared as Node };
}

/** The codes of the failed rules. */
function failures({ reasons }: PlacementResult): string[] {
  return reasons.flatMap(({ code, outcome }) => (outcome === 'failed' && RULE_FAILURES.has(code) ? [code] : []));
}

describe.each([
  ['objects as an API server returns them', soundPair],
  ['objects that were not validated', anyPair],
])('for %s', (_, pairs) => {
  test('the verdict equals that of the naive implementation', () => {
    fc.assert(
      fc.property(pairs, ({ daemonSet, node }) => {
        const { shouldRun, shouldContinueRunning } = naivePlacement(daemonSet, node);
        expect(compilePlacement(daemonSet).decide(node)).toBe(
          shouldRun ? 'run' : shouldContinueRunning ? 'keep' : 'none',
        );
      }),
      RUNS,
    );
  });

  test('selected and tolerated are independent, and the verdict follows from both', () => {
    fc.assert(
      fc.property(pairs, ({ daemonSet, node }) => {
        const placement = compilePlacement(daemonSet);
        const result = placement.explain(node);
        const failed = failures(result);
        expect(result.selected).toBe(failed.every((code) => code === 'TAINT_NOT_TOLERATED'));
        expect(result.tolerated).toBe(!failed.includes('TAINT_NOT_TOLERATED'));
        expect([placement.selects(node), placement.tolerates(node)]).toEqual([result.selected, result.tolerated]);
        expect(result.verdict === 'run').toBe(result.selected && result.tolerated);
      }),
      RUNS,
    );
  });

  test('the explanation has the same verdict, and its reasons imply it', () => {
    fc.assert(
      fc.property(pairs, ({ daemonSet, node }) => {
        const placement = compilePlacement(daemonSet);
        const result = placement.explain(node);
        expect(result.verdict).toBe(placement.decide(node));
        expect(result.verdict).toBe(verdictByReasons(result));
        expect([result.shouldRun, result.shouldContinueRunning]).toEqual([
          result.verdict === 'run',
          result.verdict !== 'none',
        ]);
      }),
      RUNS,
    );
  });

  test('every reason has a known code, a message and valid edits', () => {
    fc.assert(
      fc.property(pairs, ({ daemonSet, node }) => {
        const { reasons } = evaluatePlacement(daemonSet, node);
        expect(reasons.length).toBeGreaterThan(0);
        for (const { code, message, outcome, edits } of reasons) {
          expect(REASON_CODES).toHaveProperty(code);
          expect(message).toMatch(/^[A-Zn].*\.$/su);
          expect(outcome === 'warning' && edits.length > 0).toBe(false);
        }
      }),
      RUNS,
    );
  });

  test('every suggested edit alone leads to its verdict', () => {
    fc.assert(
      fc.property(pairs, (pair) => {
        const before = evaluatePlacement(pair.daemonSet, pair.node);
        for (const edit of before.reasons.flatMap(({ edits }) => edits)) {
          expect(edit.verdict).not.toBe(before.verdict);
          const after = applyEdit(pair, changeOf(edit));
          const verdict = naiveVerdict(after.daemonSet, after.node);
          expect({ action: edit.action, verdict }).toEqual({ action: edit.action, verdict: edit.verdict });
        }
      }),
      { ...RUNS, examples: [[pairThatSharesAnObject()]] },
    );
  });

  test('an edit is suggested if exactly one rule fails', () => {
    fc.assert(
      fc.property(pairs, ({ daemonSet, node }) => {
        const { reasons } = evaluatePlacement(daemonSet, node);
        const failed = reasons.filter(({ code, outcome }) => outcome === 'failed' && RULE_FAILURES.has(code));
        if (failed.length !== 1) return;
        const [reason] = failed;
        // A taint with an invalid key cannot be used in a toleration or a command.
        if (reason?.code === 'TAINT_NOT_TOLERATED' && !/^[a-z]/.test(reason.found ?? '')) return;
        expect(reason?.edits.map(({ objectKind }) => objectKind)).toContain('DaemonSet');
      }),
      RUNS,
    );
  });

  test('a copy of the fields that placement reads has the same explanation as the original', () => {
    fc.assert(
      fc.property(pairs, ({ daemonSet, node }) => {
        const copy = JSON.parse(JSON.stringify(placementFieldsOfDaemonSet(daemonSet)));
        expect(evaluatePlacement(copy, node)).toEqual(evaluatePlacement(daemonSet, node));
        expect(placementFieldsOfDaemonSet(copy)).toEqual(placementFieldsOfDaemonSet(daemonSet));
      }),
      RUNS,
    );
  });

  test('the inputs of a node have the same verdict as the node', () => {
    fc.assert(
      fc.property(pairs, ({ daemonSet, node }) => {
        const { name, labels, taints } = placementInputsOfNode(node);
        const reduced = { metadata: { name, labels }, spec: { taints } };
        expect(compilePlacement(daemonSet).decide(reduced)).toBe(compilePlacement(daemonSet).decide(node));
      }),
      RUNS,
    );
  });

  test('fields of a node that a DaemonSet does not read do not affect the verdict', () => {
    fc.assert(
      fc.property(pairs, anyNode, ({ daemonSet, node }, other) => {
        const placement = compilePlacement(daemonSet);
        const inputs = placementInputsOfNode(node);
        const others = placementInputsOfNode(other);
        const name = placement.reads.nodeName ? inputs.name : others.name;
        const labels = Object.fromEntries([
          ...Object.entries(others.labels).filter(([key]) => !placement.reads.labelKeys.has(key)),
          ...Object.entries(inputs.labels).filter(([key]) => placement.reads.labelKeys.has(key)),
        ]);
        const mixed = { metadata: { name, labels }, spec: { taints: inputs.taints } };
        expect(placement.decide(mixed)).toBe(placement.decide(node));
      }),
      RUNS,
    );
  });

  test('an explanation modifies neither object', () => {
    fc.assert(
      fc.property(pairs, ({ daemonSet, node }) => {
        const before = JSON.stringify([daemonSet, node]);
        evaluatePlacement(daemonSet, node);
        expect(JSON.stringify([daemonSet, node])).toBe(before);
      }),
    );
  });
});

test('the generated pairs have every verdict often', () => {
  const verdicts = fc
    .sample(soundPair, { numRuns: 1000, seed: 1 })
    .map(({ daemonSet, node }) => naiveVerdict(daemonSet, node));
  for (const verdict of ['run', 'keep', 'none']) {
    expect(verdicts.filter((one) => one === verdict).length).toBeGreaterThan(50);
  }
});

test('the generated pairs have every kind of edit and every reason', () => {
  const results = [
    ...fc.sample(anyPair, { numRuns: 8000, seed: 1 }),
    ...fc.sample(soundPair, { numRuns: 8000, seed: 1 }),
  ].map(({ daemonSet, node }) => evaluatePlacement(daemonSet, node));
  const reasons = results.flatMap((result) => result.reasons);
  const ops = new Set(reasons.flatMap(({ edits }) => edits.map((edit) => changeOf(edit).op)));
  expect([...ops].sort()).toEqual([
    'addRequirementValue',
    'addToleration',
    'removeLabel',
    'removeNodeName',
    'removeNodeSelector',
    'removeRequiredAffinity',
    'removeRequirement',
    'removeTaint',
    'removeToleration',
    'setLabel',
    'setNodeSelector',
  ]);
  expect(new Set(reasons.map(({ code }) => code))).toEqual(new Set(Object.keys(REASON_CODES)));
});

/** The verdict according to the reasons: the effect of a failed taint determines it; any other failure means none. */
function verdictByReasons({ reasons }: PlacementResult): Verdict {
  const failed = reasons.filter(({ outcome }) => outcome === 'failed');
  if (failed.some(({ code, found }) => code !== 'TAINT_NOT_TOLERATED' || found?.endsWith(':NoExecute'))) return 'none';
  return failed.length > 0 ? 'keep' : 'run';
}

function naiveVerdict(daemonSet: unknown, node: unknown): Verdict {
  const { shouldRun, shouldContinueRunning } = naivePlacement(daemonSet, node);
  return shouldRun ? 'run' : shouldContinueRunning ? 'keep' : 'none';
}

function changeOf(edit: Edit): EditChange {
  if (edit.change === undefined) throw new Error(`the edit "${edit.action}" has no change`);
  return edit.change;
}
