/** `rollcall plan`: reads the input, plans offline or with the coordinator, and prints the result. */

import { EXIT } from '../../shared/errors.ts';
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { AsOf } from '../../shared/model/as-of.ts';
import { placementWarnings } from '../../shared/placement/placement-warnings.ts';
import { applyNodeChanges } from '../../shared/plan/apply-node-changes.ts';
import { type ClusterObjects, sortedKeys } from '../../shared/plan/cluster-objects.ts';
import type { RejectedObjects } from '../../shared/plan/collect-objects.ts';
import { placeObjects } from '../../shared/plan/place-objects.ts';
import { plan } from '../../shared/plan/plan.ts';
import { plural } from '../../shared/plural.ts';
import type { Context } from '../context.ts';
import { renderDifference } from '../render/plan-difference.ts';
import { renderPlacements } from '../render/plan-placements.ts';
import { problemLine } from '../render/problems.ts';
import { UsageError } from '../usage-error.ts';
import { type Difference, differenceView, placementsView } from '../view/plan-view.ts';
import { checkOptions, type PlanOptions } from './plan-options.ts';
import { planWithCoordinator } from './plan-with-coordinator.ts';
import { type PlanInput, readInput } from './read-input.ts';
import { sourceName } from './read-sources.ts';

/** Returns the exit code: 0 no change, 1 changes, 2 invalid input. */
export async function runPlan(context: Context, options: PlanOptions): Promise<number> {
  checkOptions(options);
  const input = await readInput(context, options);
  reportProblems(context, input.problems);
  if (input.problems.length > 0 && !options.skipInvalid) return reject(context, input.problems);
  const at = context.moment(options.at, '--at');
  if (isOffline(input, options)) {
    if (at !== null) throw new UsageError('--at requires a coordinator; remove --against and all nodes from files');
    return planOffline(context, input, options);
  }
  const { filename, addNode } = options;
  if (filename.length + addNode.length + input.changes.length === 0) {
    throw new UsageError(
      'nothing to plan; specify -f FILE --nodes FILE, or a simulated change such as --remove-label KEY',
    );
  }
  const answer = await planWithCoordinator(context, input, at);
  reportProblems(context, answer.problems);
  if (answer.problems.length > 0) return reject(context, answer.problems);
  return printDifference(context, answer.difference, answer.asOf);
}

function reportProblems({ io }: Context, problems: readonly ManifestProblem[]): void {
  for (const problem of problems) io.stderr.write(`rollcall: ${problemLine(problem)}\n`);
}

function reject({ io }: Context, problems: readonly ManifestProblem[]): number {
  const found = plural(problems.length, 'problem');
  io.stderr.write(
    `rollcall: ${found} found, nothing was planned; correct the manifests, or skip them with --skip-invalid\n`,
  );
  return EXIT.error;
}

/** Without nodes, only a coordinator can plan. */
function isOffline({ given, against }: PlanInput, { nodes }: PlanOptions): boolean {
  return nodes.length > 0 || given.nodes.size > 0 || against !== null;
}

async function planOffline(context: Context, input: PlanInput, options: PlanOptions): Promise<number> {
  const { given, against, changes } = input;
  const before: ClusterObjects = {
    // If --against contains only nodes, the DaemonSets are the same on both sides. If it is empty, there were none before.
    daemonSets:
      against !== null && (against.daemonSets.size > 0 || against.nodes.size === 0)
        ? against.daemonSets
        : given.daemonSets,
    nodes: against !== null && against.nodes.size > 0 ? against.nodes : given.nodes,
  };
  const unchanged: ClusterObjects = {
    daemonSets: given.daemonSets.size > 0 ? given.daemonSets : before.daemonSets,
    nodes: given.nodes.size > 0 ? given.nodes : before.nodes,
  };
  checkWorld(unchanged, before, options);
  const { cluster: after, notes } = applyNodeChanges(unchanged, changes);
  const warnings = [...input.warnings, ...notes];
  if (against === null && changes.length === 0) return printPlacements(context, after, warnings);
  const compared = { before: without(before, input.rejected), after: without(after, input.rejected) };
  const result = plan(compared);
  const isMoved = (name: string) => compared.before.nodes.has(name) !== compared.after.nodes.has(name);
  return printDifference(context, {
    ...result,
    warnings: [...warnings, ...result.warnings],
    revision: null,
    movedNodes: new Set(sortedKeys(before.nodes, after.nodes).filter(isMoved)),
  });
}

function checkWorld(unchanged: ClusterObjects, before: ClusterObjects, { filename, nodes }: PlanOptions): void {
  if (unchanged.daemonSets.size === 0) {
    const where = (filename.length > 0 ? filename : nodes).map(sourceName).join(', ') || 'the input';
    throw new UsageError(`no DaemonSet found in ${where}; specify a file with DaemonSets with -f`);
  }
  if (unchanged.nodes.size === 0 || before.nodes.size === 0) {
    const where = nodes.length > 0 ? ` in ${nodes.map(sourceName).join(', ')}` : '';
    throw new UsageError(`no nodes found${where}; specify the output of 'kubectl get nodes -o json' with --nodes`);
  }
}

/** Leaves out objects that are invalid on one side, so that they do not appear as added or deleted. */
function without(cluster: ClusterObjects, rejected: RejectedObjects): ClusterObjects {
  return {
    daemonSets: new Map([...cluster.daemonSets].filter(([key]) => !rejected.daemonSets.has(key))),
    nodes: new Map([...cluster.nodes].filter(([name]) => !rejected.nodes.has(name))),
  };
}

async function printPlacements(
  context: Context,
  cluster: ClusterObjects,
  warnings: readonly ManifestProblem[],
): Promise<number> {
  const placed = placeObjects(cluster);
  const all = [...warnings, ...placed.flatMap((one) => placementWarnings(one.warnings, one.key))];
  const view = placementsView(placed, sortedKeys(cluster.nodes), all);
  await context.answer(view, () => renderPlacements(view, context.render));
  return EXIT.ok;
}

async function printDifference(context: Context, difference: Difference, asOf: AsOf | null = null): Promise<number> {
  const view = differenceView(difference);
  await context.answerAsOf(asOf, view, (render) => renderDifference(view, render));
  return view.changed ? EXIT.changes : EXIT.ok;
}
