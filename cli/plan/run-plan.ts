/** `rollcall plan`: reads what it is given, plans offline or asks the coordinator, and prints the outcome. */
import { EXIT } from '../../shared/errors.ts';
import type { ManifestProblem } from '../../shared/kubernetes/manifest-problem.ts';
import { applyNodeChanges } from '../../shared/plan/apply-node-changes.ts';
import { collectWorld } from '../../shared/plan/collect-world.ts';
import type { NodeChange } from '../../shared/plan/node-change.ts';
import { placeWorld } from '../../shared/plan/place-world.ts';
import { placementWarnings, plan } from '../../shared/plan/plan.ts';
import { sortedKeys, type World } from '../../shared/plan/world.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../mistake.ts';
import { renderDifference } from '../render/difference.ts';
import { count } from '../render/node-names.ts';
import { renderPlacements } from '../render/placements.ts';
import { problemLine } from '../render/problems.ts';
import { askForPlan } from './ask-for-plan.ts';
import { alterationsOf, checkOptions, type PlanOptions } from './plan-options.ts';
import { type Difference, differenceView, placementsView } from './plan-view.ts';
import { readSources } from './read-sources.ts';

/** Returns the exit code: 0 nothing changes, 1 something does, 2 the input cannot be used. */
export async function runPlan(context: Context, options: PlanOptions): Promise<number> {
  checkOptions(options);
  const input = await readInput(context, options);
  if (input.problems.length > 0 && !reportProblems(context, input, options.skipInvalid)) return EXIT.error;
  if (isOffline(input, options)) return await planOffline(context, input, options);
  const { filename, addNode } = options;
  if (filename.length + addNode.length + input.changes.length === 0) {
    throw new UsageError(
      'there is nothing to plan; give -f FILE --nodes FILE, or a what-if such as --remove-label KEY',
    );
  }
  return await printDifference(context, await askForPlan(context, input));
}

export interface PlanInput {
  /** Of `-f` and `--nodes` together. */
  readonly given: World;
  /** Of `--against`; null without. */
  readonly against: World | null;
  readonly changes: readonly NodeChange[];
  readonly problems: readonly ManifestProblem[];
  readonly warnings: readonly ManifestProblem[];
}

async function readInput({ io, globals }: Context, options: PlanOptions): Promise<PlanInput> {
  const changes = alterationsOf(options);
  const read = async (paths: readonly string[]) => {
    const { objects, problems } = await readSources(paths, io.readStdin);
    const world = collectWorld(objects, globals.namespace === '' ? undefined : globals.namespace);
    return { ...world, problems: [...problems, ...world.problems] };
  };
  const given = await read([...options.filename, ...options.nodes]);
  const against = options.against.length === 0 ? null : await read(options.against);
  const added = await read(options.addNode);
  return {
    given,
    against,
    changes: [...[...added.nodes.values()].map((node) => ({ op: 'add' as const, node })), ...changes],
    problems: [given, against, added].flatMap((world) => world?.problems ?? []),
    warnings: given.warnings,
  };
}

/** Prints every cause; returns whether to go on. */
function reportProblems({ io }: Context, { problems }: PlanInput, skipInvalid: boolean): boolean {
  for (const problem of problems) io.stderr.write(`rollcall: ${problemLine(problem)}\n`);
  if (skipInvalid) return true;
  const found = count(problems.length, 'problem');
  io.stderr.write(
    `rollcall: nothing was planned because of ${found}; correct the manifests, or leave them out with --skip-invalid\n`,
  );
  return false;
}

/** Nodes decide: without any, only a coordinator can say where the DaemonSets would run. */
function isOffline({ given, against }: PlanInput, { nodes }: PlanOptions): boolean {
  return nodes.length > 0 || given.nodes.size > 0 || against !== null;
}

async function planOffline(context: Context, input: PlanInput, options: PlanOptions): Promise<number> {
  const { given, against, changes } = input;
  const before: World = {
    // What OLD does not hold at all is the same before and after.
    daemonSets: against !== null && against.daemonSets.size > 0 ? against.daemonSets : given.daemonSets,
    nodes: against !== null && against.nodes.size > 0 ? against.nodes : given.nodes,
  };
  const unchanged: World = {
    daemonSets: given.daemonSets.size > 0 ? given.daemonSets : before.daemonSets,
    nodes: given.nodes.size > 0 ? given.nodes : before.nodes,
  };
  checkWorld(unchanged, before, options);
  const { world: after, notes } = applyNodeChanges(unchanged, changes);
  const warnings = [...input.warnings, ...notes];
  if (against === null && changes.length === 0) {
    const placed = placeWorld(after);
    const all = [...warnings, ...placementWarnings(placed)];
    const view = placementsView(placed, sortedKeys(after.nodes), all);
    await context.answer(view, () => renderPlacements(view, context.render));
    return EXIT.ok;
  }
  const result = plan({ before, after });
  const moved = sortedKeys(before.nodes, after.nodes).filter(
    (name) => before.nodes.has(name) !== after.nodes.has(name),
  );
  return await printDifference(context, {
    ...result,
    warnings: [...warnings, ...result.warnings],
    revision: null,
    movedNodes: new Set(moved),
  });
}

function checkWorld(unchanged: World, before: World, { filename, nodes }: PlanOptions): void {
  if (unchanged.daemonSets.size === 0) {
    const where = [...filename, ...nodes].join(', ') || 'what was given';
    throw new UsageError(`there is no DaemonSet in ${where}; give a file that holds some with -f`);
  }
  if (unchanged.nodes.size === 0 || before.nodes.size === 0) {
    const where = nodes.length > 0 ? ` in ${nodes.join(', ')}` : '';
    throw new UsageError(`there are no nodes${where}; give what 'kubectl get nodes -o json' prints with --nodes`);
  }
}

async function printDifference(context: Context, difference: Difference): Promise<number> {
  const view = differenceView(difference);
  await context.answer(view, () => renderDifference(view, context.render));
  return view.changed ? EXIT.changes : EXIT.ok;
}
