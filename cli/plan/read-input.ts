/** Reads the input of `rollcall plan`, taking each kind of object from the options for that kind. */
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import type { ClusterObjects } from '../../shared/plan/cluster-objects.ts';
import { type CollectedObjects, collectObjects, type RejectedObjects } from '../../shared/plan/collect-objects.ts';
import type { NodeChange } from '../../shared/plan/node-change.ts';
import { plural } from '../../shared/plural.ts';
import type { Context } from '../context.ts';
import { nodeAlterations, type PlanOptions } from './plan-options.ts';
import { type Source, SourceReader } from './read-sources.ts';

export interface PlanInput {
  /** The DaemonSets of `-f` and the nodes of `--nodes`. If one option is missing, the other provides both. */
  readonly given: ClusterObjects;
  /** From `--against`; `null` without it. */
  readonly against: ClusterObjects | null;
  /** Added nodes first. */
  readonly changes: readonly NodeChange[];
  readonly problems: readonly ManifestProblem[];
  readonly warnings: readonly ManifestProblem[];
  /** Objects that are invalid on either side of a comparison. */
  readonly rejected: RejectedObjects;
}

/** Reports invalid manifests as problems. @throws UsageError and RollcallError for invalid options and unreadable files */
export async function readInput({ io, globals }: Context, options: PlanOptions): Promise<PlanInput> {
  const alterations = nodeAlterations(options);
  const { filename, nodes: nodePaths } = options;
  const reader = new SourceReader(io.readStdin);
  const namespace = globals.namespace === '' ? undefined : globals.namespace;
  const read = async (paths: readonly string[], kinds: readonly string[]): Promise<CollectedObjects> => {
    const sources = await reader.read(paths);
    const objects = sources.flatMap((source) => source.objects.filter(({ kind }) => kinds.includes(kind)));
    const collected = collectObjects(objects, namespace);
    return {
      ...collected,
      problems: [...sources.flatMap(({ problems }) => problems), ...collected.problems],
      warnings: [...sources.flatMap(ignoredSource), ...collected.warnings],
    };
  };
  const daemonSets = await read(filename.length > 0 ? filename : nodePaths, ['DaemonSet']);
  const nodes = await read(nodePaths.length > 0 ? nodePaths : filename, ['Node']);
  const against = options.against.length === 0 ? null : await read(options.against, ['DaemonSet', 'Node']);
  const added = await read(options.addNode, ['Node']);
  const collections = [daemonSets, nodes, ...(against === null ? [] : [against]), added];
  return {
    given: { daemonSets: daemonSets.daemonSets, nodes: nodes.nodes },
    against,
    changes: [...[...added.nodes.values()].map((node) => ({ op: 'add' as const, node })), ...alterations],
    problems: withoutRepetitions(collections.flatMap(({ problems }) => problems)),
    warnings: withoutRepetitions([daemonSets, nodes, added].flatMap(({ warnings }) => warnings)),
    rejected: {
      daemonSets: new Set(collections.flatMap(({ rejected }) => [...rejected.daemonSets])),
      nodes: new Set(collections.flatMap(({ rejected }) => [...rejected.nodes])),
    },
  };
}

/** A dump of a cluster may contain other kinds, but a file without any DaemonSet or Node is probably a mistake. */
function ignoredSource({ name, objects }: Source): ManifestProblem[] {
  const kinds = new Map<string, number>();
  for (const { kind } of objects) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  if (kinds.size === 0 || kinds.has('DaemonSet') || kinds.has('Node')) return [];
  const found = [...kinds].map(([kind, number]) => plural(number, kind)).join(', ');
  const message = `${name} was ignored because it contains no DaemonSet and no Node; it contains ${found}.`;
  return [{ code: 'OtherKinds', fieldPath: '', message, source: name }];
}

/** A file that is read for two kinds reports its problems twice. */
function withoutRepetitions(problems: readonly ManifestProblem[]): ManifestProblem[] {
  const byText = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...byText.values()];
}
