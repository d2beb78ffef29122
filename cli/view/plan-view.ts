/**
 * The JSON documents of `rollcall plan` (docs/cli.md). Nodes with the same verdict for the same reason form one group, so that
 * plans for thousands of nodes are readable.
 */
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { PlacementResult, Reason, Verdict } from '../../shared/placement/types.ts';
import type { DaemonSetPlacements, VerdictCounts } from '../../shared/plan/place-objects.ts';
import type { PlannedChange, PlannedCounts } from '../../shared/plan/plan.ts';
import { blockingReasons, reasonPhrase } from './reason-phrase.ts';

/** Where DaemonSets would run. */
export interface PlacementsView {
  readonly nodeCount: number;
  readonly daemonSets: readonly {
    readonly daemonSet: string;
    readonly counts: VerdictCounts;
    /** Ordered by verdict (run, keep, none), then by size. */
    readonly groups: readonly PlacementGroup[];
  }[];
  readonly warnings: readonly ManifestProblem[];
}

export interface PlacementGroup extends ReasonGroup {
  readonly verdict: Verdict;
}

/** The effect of a change. */
export interface DifferenceView {
  readonly changed: boolean;
  /** The revision on which the plan is based; `null` for a plan from files. */
  readonly revision: number | null;
  readonly daemonSets: readonly DaemonSetDifference[];
  readonly warnings: readonly ManifestProblem[];
}

export interface DaemonSetDifference {
  readonly daemonSet: string;
  readonly before: RunCounts;
  readonly after: RunCounts;
  readonly templateChanged: boolean;
  /** Paths in the template that differ. Empty in plans of a coordinator, which keeps only the template revision. */
  readonly templateChanges: readonly string[];
  /** Daemon pods that would be replaced because the template changes. */
  readonly replaced: number;
  readonly groups: readonly ChangeGroup[];
}

export interface RunCounts {
  readonly run: number;
  readonly keep: number;
}

export interface ChangeGroup extends ReasonGroup {
  readonly from: Verdict;
  readonly to: Verdict;
}

interface ReasonGroup {
  /** The reason in a phrase; `''` if there is none. */
  readonly reason: string;
  /** The reasons behind the phrase, for one of the nodes. */
  readonly reasons: readonly Pick<Reason, 'code' | 'message' | 'fieldPath' | 'expected'>[];
  readonly nodes: readonly string[];
}

const VERDICTS: readonly Verdict[] = ['run', 'keep', 'none'];

export function placementsView(
  placed: readonly DaemonSetPlacements[],
  nodes: readonly string[],
  warnings: readonly ManifestProblem[],
): PlacementsView {
  return {
    nodeCount: nodes.length,
    daemonSets: placed.map((daemonSet) => ({
      daemonSet: daemonSet.key,
      counts: daemonSet.counts,
      groups: placementGroups(daemonSet, nodes),
    })),
    warnings,
  };
}

function placementGroups(daemonSet: DaemonSetPlacements, nodes: readonly string[]): PlacementGroup[] {
  const groups = new Groups<{ verdict: Verdict }>();
  for (const node of nodes) {
    const placement = daemonSet.placement(node);
    if (placement === null) continue;
    const { verdict } = placement;
    const blocking = verdict === 'run' ? [] : blockingReasons(placement.reasons);
    groups.add(verdict, { verdict }, reasonPhrase(blocking), blocking, node);
  }
  return groups.largestFirst().sort((left, right) => VERDICTS.indexOf(left.verdict) - VERDICTS.indexOf(right.verdict));
}

export interface Difference {
  readonly changes: readonly PlannedChange[];
  readonly counts: readonly PlannedCounts[];
  readonly warnings: readonly ManifestProblem[];
  readonly revision: number | null;
  /** Nodes that exist only before or only after the change. */
  readonly movedNodes: ReadonlySet<string>;
}

export function differenceView(difference: Difference): DifferenceView {
  const { changes, counts, warnings, revision, movedNodes } = difference;
  const groupsOf = new Map(counts.map(({ daemonSet }) => [daemonSet, new Groups<{ from: Verdict; to: Verdict }>()]));
  for (const change of changes) {
    const [from, to] = [change.before?.verdict ?? 'none', change.after?.verdict ?? 'none'];
    const { phrase, reasons } = whyChanged(change, movedNodes.has(change.node));
    groupsOf.get(change.daemonSet)?.add(`${from} ${to}`, { from, to }, phrase, reasons, change.node);
  }
  const daemonSets = counts.map(({ daemonSet, before, after, templateChanged, templateChanges }) => {
    const groups = groupsOf.get(daemonSet)?.largestFirst() ?? [];
    const ended = groups.filter(({ from }) => from === 'run').reduce((sum, { nodes }) => sum + nodes.length, 0);
    return {
      daemonSet,
      before: runCounts(before),
      after: runCounts(after),
      templateChanged,
      templateChanges,
      replaced: templateChanged ? runCounts(before).run - ended : 0,
      groups,
    };
  });
  const changed = daemonSets.some(({ groups, templateChanged }) => groups.length > 0 || templateChanged);
  return { changed, revision, daemonSets, warnings };
}

function runCounts(counts: VerdictCounts | null): RunCounts {
  return { run: counts?.run ?? 0, keep: counts?.keep ?? 0 };
}

interface Why {
  readonly phrase: string;
  readonly reasons: readonly Reason[];
}

/** A lower verdict is explained by new reasons; a higher verdict by reasons that no longer apply. */
function whyChanged({ before, after }: PlannedChange, isNodeMoved: boolean): Why {
  const subject = isNodeMoved ? 'the node' : 'the DaemonSet';
  if (after === null) return { phrase: `${subject} is deleted`, reasons: [] };
  if (before === null) {
    const reasons = blockingReasons(after.reasons);
    return { phrase: [`${subject} is new`, reasonPhrase(reasons)].filter((part) => part !== '').join('; '), reasons };
  }
  // There is always at least one reason, so none means that the coordinator omitted them.
  const isLess = VERDICTS.indexOf(after.verdict) > VERDICTS.indexOf(before.verdict);
  if ((isLess ? after : before).reasons.length === 0)
    return { phrase: 'reasons omitted, too many changes', reasons: [] };
  if (isLess) {
    const reasons = reasonsOfOneOnly(after, before);
    return { phrase: reasonPhrase(reasons), reasons };
  }
  const reasons = reasonsOfOneOnly(before, after);
  const previous = reasonPhrase(reasons);
  return { phrase: previous === '' ? '' : `previously, ${previous}`, reasons };
}

/** The blocking reasons of one placement that the other does not have. */
function reasonsOfOneOnly(one: PlacementResult, other: PlacementResult): readonly Reason[] {
  const inBoth = new Set(blockingReasons(other.reasons).map((reason) => reasonPhrase([reason])));
  return blockingReasons(one.reasons).filter((reason) => !inBoth.has(reasonPhrase([reason])));
}

/** Collects nodes under the same words. */
class Groups<Facts extends object> {
  readonly #groups = new Map<string, Facts & ReasonGroup & { nodes: string[] }>();

  add(key: string, facts: Facts, reason: string, reasons: readonly Reason[], node: string): void {
    const groupKey = `${key} ${reason}`;
    const group = this.#groups.get(groupKey);
    if (group !== undefined) {
      group.nodes.push(node);
      return;
    }
    const shown = reasons.map(({ code, message, fieldPath, expected }) => ({ code, message, fieldPath, expected }));
    this.#groups.set(groupKey, { ...facts, reason, reasons: shown, nodes: [node] });
  }

  largestFirst(): (Facts & ReasonGroup)[] {
    return [...this.#groups.values()].sort((left, right) => right.nodes.length - left.nodes.length);
  }
}
