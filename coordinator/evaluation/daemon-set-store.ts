/** Stores the DaemonSets that are in force, rejected or removed, and records each change with the decisions that it causes. */

import { createHash } from 'node:crypto';
import { canonicalJson } from '../../shared/canonical-json.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { ManifestProblem } from '../../shared/kubernetes/manifests/manifest-problem.ts';
import { podNeeds } from '../../shared/kubernetes/pod-needs.ts';
import { templateRevision } from '../../shared/kubernetes/template-revision.ts';
import { allowsSurge } from '../../shared/kubernetes/update-strategy.ts';
import type { DaemonSetRecord } from '../../shared/model/daemon-set-record.ts';
import { placementFieldsOfDaemonSet } from '../../shared/placement/inputs.ts';
import type { AppliedDaemonSet, RejectedDaemonSet } from '../cluster/cluster-source.ts';
import type { JournalState } from '../journal/read/journal-state.ts';
import { containerImages } from './container-images.ts';
import { daemonSetChanges } from './daemon-set-changes.ts';
import type { DecisionRecorder } from './decision-recorder.ts';
import type { PlacementTable } from './placement-table.ts';

/** Maximum number of removals kept for delta updates; an agent that missed more of them receives a snapshot. */
const REMOVED_DAEMON_SETS_MAX = 1_000;

export class DaemonSetStore {
  readonly #table: PlacementTable;
  readonly #recorder: DecisionRecorder;
  readonly #nodesChanged: (names: Iterable<string>) => void;
  readonly #rejections = new Map<DaemonSetKey, readonly ManifestProblem[]>();
  readonly #warnings = new Map<DaemonSetKey, readonly ManifestProblem[]>();
  /** Oldest first. */
  readonly #removed: { key: DaemonSetKey; removedRevision: number }[] = [];

  constructor(table: PlacementTable, recorder: DecisionRecorder, nodesChanged: (names: Iterable<string>) => void) {
    this.#table = table;
    this.#recorder = recorder;
    this.#nodesChanged = nodesChanged;
  }

  restore({ daemonSets, removedDaemonSets }: Pick<JournalState, 'daemonSets' | 'removedDaemonSets'>): void {
    for (const { key, record, effectiveRevision, problems } of daemonSets) {
      if (record !== null) this.#table.restoreDaemonSet(record, effectiveRevision);
      if (problems.length > 0) this.#rejections.set(key, problems);
    }
    this.#removed.push(...[...removedDaemonSets].reverse());
  }

  apply(entry: AppliedDaemonSet): void {
    const { key, daemonSet, source, actor, warnings, changedMs } = entry;
    this.#warnings.set(key, warnings);
    const revision = entry.templateRevision ?? templateRevision(daemonSet);
    const before = this.#table.daemonSet(key)?.record ?? null;
    const uid = daemonSet.metadata?.uid ?? '';
    const digest = sha256(canonicalJson({ uid, spec: daemonSet.spec }));
    const wasRejected = this.#rejections.delete(key);
    const base = {
      kind: 'daemon-set',
      daemonSet: key,
      problems: [],
      ...this.#recorder.causedBy('daemon-set-change', actor, changedMs),
    } as const;
    const isSame = before?.digest === digest && before.templateRevision === revision;
    // An earlier version of the coordinator recorded the same manifest without its images.
    if (isSame && before.images !== null) {
      if (wasRejected) this.#recorder.append([{ ...base, action: 'accepted', record: before, changes: [] }]);
      return;
    }
    const record: DaemonSetRecord = {
      key,
      uid,
      generation: daemonSet.metadata?.generation ?? (before?.generation ?? 0) + (isSame ? 0 : 1),
      templateRevision: revision,
      minReadySeconds: daemonSet.spec?.minReadySeconds ?? 0,
      surge: allowsSurge(daemonSet),
      needs: podNeeds(daemonSet.spec?.template?.spec),
      images: containerImages(daemonSet.spec?.template?.spec),
      placement: placementFieldsOfDaemonSet(daemonSet),
      digest,
      source,
    };
    const event = {
      ...base,
      action: before ? 'changed' : 'added',
      record,
      changes: daemonSetChanges(before, record),
    } as const;
    this.#recorder.record(event, 'daemon-set-change', (effectiveRevision) =>
      this.#table.setDaemonSet(record, effectiveRevision),
    );
    this.#nodesChanged(this.#table.nodeNames());
  }

  reject({ key, actor, problems }: RejectedDaemonSet): void {
    const before = this.#rejections.get(key);
    if (before !== undefined && canonicalJson(before) === canonicalJson(problems)) return;
    this.#rejections.set(key, problems);
    const record = this.#table.daemonSet(key)?.record ?? null;
    const causedBy = this.#recorder.causedBy('daemon-set-change', actor);
    this.#recorder.append([
      { kind: 'daemon-set', action: 'rejected', daemonSet: key, record, problems, changes: [], ...causedBy },
    ]);
  }

  remove(key: DaemonSetKey, actor: string): void {
    this.#warnings.delete(key);
    const wasRejected = this.#rejections.delete(key);
    const record = this.#table.daemonSet(key)?.record ?? null;
    if (record === null && !wasRejected) return;
    const event = {
      kind: 'daemon-set',
      action: 'removed',
      daemonSet: key,
      record: null,
      problems: [],
      changes: daemonSetChanges(record, null),
      ...this.#recorder.causedBy('daemon-set-change', actor),
    } as const;
    this.#recorder.record(event, 'daemon-set-change', (revision) => {
      if (record !== null) this.#removed.push({ key, removedRevision: revision });
      if (this.#removed.length > REMOVED_DAEMON_SETS_MAX) this.#removed.shift();
      return this.#table.removeDaemonSet(key, revision);
    });
  }

  /** Every DaemonSet that is in force or rejected, sorted. */
  keys(): DaemonSetKey[] {
    return [...new Set([...this.#table.daemonSetKeys(), ...this.#rejections.keys()])].sort();
  }

  /** Why the newest manifest of the DaemonSet was rejected; empty if it was accepted. */
  rejections(key: DaemonSetKey): readonly ManifestProblem[] {
    return this.#rejections.get(key) ?? [];
  }

  get rejectedCount(): number {
    return this.#rejections.size;
  }

  warnings(key: DaemonSetKey): readonly ManifestProblem[] {
    return this.#warnings.get(key) ?? [];
  }

  /** DaemonSets that were removed after `revision`; `null` if some of these removals are no longer stored. */
  removedSince(revision: number): DaemonSetKey[] | null {
    const [oldest] = this.#removed;
    if (this.#removed.length >= REMOVED_DAEMON_SETS_MAX && oldest && oldest.removedRevision > revision) return null;
    return this.#removed.filter(({ removedRevision }) => removedRevision > revision).map(({ key }) => key);
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
