/** The state of a scenario without what differs between two runs: names, uids, hashes, times and resource versions. */
import type { RawObject } from '../../../shared/api-server/watch-event.ts';
import { targetNodeName } from '../../../shared/kubernetes/target-node-name.ts';
import type { PodObject, Side } from './side.ts';

type Fields = Record<string, unknown>;

const HASH = 'controller-revision-hash';

export interface ScenarioState {
  readonly pods: readonly object[];
  readonly revisions: readonly object[];
  readonly daemonSets: Readonly<Record<string, object>>;
  /** Whether the controller has observed every DaemonSet as it is now. */
  readonly isObserved: boolean;
}

export async function stateOf(side: Side): Promise<ScenarioState> {
  const [pods, revisions, daemonSets] = await Promise.all([side.pods(), side.revisions(), side.daemonSets()]);
  const names = namesOf(daemonSets, revisions);
  return {
    pods: sorted(pods.map((pod) => normalPod(pod, names))),
    revisions: sorted(revisions.map((revision) => normalRevision(revision, rankOf(revision, revisions), names))),
    daemonSets: Object.fromEntries(daemonSets.map((object) => [object.metadata.name, normalStatus(object)])),
    isObserved: daemonSets.every(isObserved),
  };
}

/** Without ControllerRevisions, and the hashes by which pods name them. */
export function withoutRevisions({ pods, ...state }: ScenarioState): ScenarioState {
  const withoutHash = (pod: object) => {
    const { labels, ...others } = pod as { labels: Fields };
    return { ...others, labels: { ...labels, [HASH]: '' } };
  };
  return { ...state, pods: sorted(pods.map(withoutHash)), revisions: [] };
}

/** The live pods by node, as the short names of the nodes, sorted; a node appears once for each of its pods. */
export async function nodesWithPods(side: Side): Promise<string[]> {
  const live = (await side.pods()).filter(({ metadata }) => metadata['deletionTimestamp'] === undefined);
  return live.map((pod) => (targetNodeName(pod) ?? '?').replace(`${side.scenario}-`, '')).sort();
}

/** What replaces each uid and hash. */
interface Names {
  readonly uids: ReadonlyMap<string, string>;
  /** By hash: the number of the revision. */
  readonly hashes: ReadonlyMap<string, string>;
}

function namesOf(daemonSets: readonly RawObject[], revisions: readonly RawObject[]): Names {
  const uids = new Map(daemonSets.map(({ metadata }) => [metadata.uid ?? '', `uid of ${metadata.name}`]));
  const hashes = revisions.map((revision): [string, string] => {
    return [
      (revision.metadata['labels'] as Record<string, string>)[HASH] ?? '',
      `hash of revision ${rankOf(revision, revisions)}`,
    ];
  });
  return { uids, hashes: new Map(hashes) };
}

/** The place of a revision among those of its DaemonSet. A stale cache makes the built-in controller skip numbers. */
function rankOf(revision: RawObject, revisions: readonly RawObject[]): number {
  const ownerOf = ({ metadata }: RawObject) => JSON.stringify(metadata['ownerReferences']);
  const numbers = revisions.filter((other) => ownerOf(other) === ownerOf(revision)).map((other) => other['revision']);
  return numbers.filter((number) => Number(number) <= Number(revision['revision'])).length;
}

function normalPod({ metadata, spec, status }: PodObject, names: Names): object {
  const { annotations, finalizers, labels, ownerReferences, deletionTimestamp } = metadata;
  return {
    node: targetNodeName({ spec: spec ?? {} }),
    labels: normalLabels(labels, names),
    annotations,
    finalizers,
    owners: normalOwners(ownerReferences, names),
    isTerminating: deletionTimestamp !== undefined,
    spec,
    phase: status?.phase,
    ready: status?.conditions?.find(({ type }) => type === 'Ready')?.status,
  };
}

function normalRevision({ metadata, data }: RawObject, number: number, names: Names): object {
  const { labels, annotations, ownerReferences } = metadata;
  return {
    number,
    labels: normalLabels(labels, names),
    annotations,
    owners: normalOwners(ownerReferences, names),
    data,
  };
}

/** Without the observed generation, which `isObserved` compares with the generation. */
function normalStatus({ status }: RawObject): object {
  const { observedGeneration: _, ...counters } = status as Fields;
  return counters;
}

function isObserved({ metadata, status }: RawObject): boolean {
  return (status as Fields)['observedGeneration'] === metadata['generation'];
}

function normalLabels(labels: unknown, { hashes }: Names): Fields {
  const copy = { ...(labels as Record<string, string> | undefined) };
  const hash = copy[HASH];
  // A pod of a revision that was deleted keeps its hash, which differs.
  return hash === undefined ? copy : { ...copy, [HASH]: hashes.get(hash) ?? 'unknown hash' };
}

function normalOwners(owners: unknown, { uids }: Names): object[] {
  const references = (owners ?? []) as { readonly uid: string }[];
  return references.map((reference) => ({ ...reference, uid: uids.get(reference.uid) ?? 'uid of a deleted object' }));
}

function sorted(objects: readonly object[]): object[] {
  return objects
    .map((object) => [JSON.stringify(object), object] as const)
    .sort(([left], [right]) => (left < right ? -1 : Number(left > right)))
    .map(([, object]) => object);
}
