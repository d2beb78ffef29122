/** Reads everything that `rollcall plan` was given, each kind of object from the options that stand for it. */
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { ClusterObjects } from '../../shared/plan/cluster-objects.ts';
import { type CollectedObjects, collectObjects, type RejectedObjects } from '../../shared/plan/collect-objects.ts';
import type { NodeChange } from '../../shared/plan/node-change.ts';
import { plural } from '../../shared/plural.ts';
import type { Context } from '../context.ts';
import { nodeAlterations, type PlanOptions } from './plan-options.ts';
import { type Source, SourceReader } from './read-sources.ts';

export interface PlanInput {
  /** The DaemonSets of `-f`, and the nodes of `--nodes`; where one of the two is not given, both of the other. */
  readonly given: ClusterObjects;
  /** Of `--against`; null without. */
  readonly against: ClusterObjects | null;
  /** Added nodes first. */
  readonly changes: readonly NodeChange[];
  readonly problems: readonly ManifestProblem[];
  readonly warnings: readonly ManifestProblem[];
  /** What cannot be used on either side of a comparison. */
  readonly refused: RejectedObjects;
}

/** @throws UsageError, RollcallError for what-ifs and files that cannot be read; manifests become problems. */
export async function readInput({ io, globals }: Context, options: PlanOptions): Promise<PlanInput> {
  const alterations = nodeAlterations(options);
  const { filename, nodes: nodePaths } = options;
  const reader = new SourceReader(io.readStdin);
  const namespace = globals.namespace === '' ? undefined : globals.namespace;
  const read = async (paths: readonly string[], kinds: readonly string[]): Promise<CollectedObjects> => {
    const sources = await reader.read(paths);
    const objects = sources.flatMap((source) => source.objects.filter(({ kind }) => kinds.includes(kind)));
    const world = collectObjects(objects, namespace);
    return {
      ...world,
      problems: [...sources.flatMap(({ problems }) => problems), ...world.problems],
      warnings: [...sources.flatMap(passedOver), ...world.warnings],
    };
  };
  const daemonSets = await read(filename.length > 0 ? filename : nodePaths, ['DaemonSet']);
  const nodes = await read(nodePaths.length > 0 ? nodePaths : filename, ['Node']);
  const against = options.against.length === 0 ? null : await read(options.against, ['DaemonSet', 'Node']);
  const added = await read(options.addNode, ['Node']);
  const worlds = [daemonSets, nodes, ...(against === null ? [] : [against]), added];
  return {
    given: { daemonSets: daemonSets.daemonSets, nodes: nodes.nodes },
    against,
    changes: [...[...added.nodes.values()].map((node) => ({ op: 'add' as const, node })), ...alterations],
    problems: withoutRepetitions(worlds.flatMap(({ problems }) => problems)),
    warnings: withoutRepetitions([daemonSets, nodes, added].flatMap(({ warnings }) => warnings)),
    refused: {
      daemonSets: new Set(worlds.flatMap(({ refused }) => [...refused.daemonSets])),
      nodes: new Set(worlds.flatMap(({ refused }) => [...refused.nodes])),
    },
  };
}

/** Dumps hold Pods and more beside what is planned with; a file of nothing else was hardly meant. */
function passedOver({ name, objects }: Source): ManifestProblem[] {
  const kinds = new Map<string, number>();
  for (const { kind } of objects) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  if (kinds.size === 0 || kinds.has('DaemonSet') || kinds.has('Node')) return [];
  const found = [...kinds].map(([kind, number]) => plural(number, kind)).join(', ');
  const message = `${name} holds no DaemonSet and no Node and is passed over; it holds ${found}.`;
  return [{ code: 'OtherKinds', fieldPath: '', message, source: name }];
}

/** A file that stands for two kinds tells its problems twice. */
function withoutRepetitions(problems: readonly ManifestProblem[]): ManifestProblem[] {
  const byText = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...byText.values()];
}
