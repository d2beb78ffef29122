/** Sends the requests for pods, records their intents and outcomes, and remembers what they changed until the watch shows it. */
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';
import { type RawObject, rawObject } from '../../shared/api-server/watch-event.ts';
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { Cause } from '../../shared/journal-format/events.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { ClusterWrite } from '../../shared/model/cluster-write.ts';
import { controllerReference, ownersOf } from '../rollout/controller-reference.ts';
import { daemonPod } from '../rollout/daemon-pod.ts';
import type { PodAction } from '../rollout/daemon-set-plan.ts';
import type { OwnedPod } from '../rollout/daemon-set-state.ts';
import { podName } from '../rollout/pod-name.ts';
import type { ClusterWriter } from './cluster-writer.ts';
import type { ForeignWriter } from './foreign-writer.ts';
import type { Intent, JournaledWrites, RecordedIntent } from './journaled-writes.ts';
import type { LiveReader } from './live-reader.ts';
import { daemonSetPath, podPath, podsPath } from './object-paths.ts';
import { toOwnedPod } from './owned-pod.ts';
import type { OwnedPods } from './owned-pods.ts';
import type { FailedWrite } from './write-backoff.ts';

/** The DaemonSet for which a pass writes. */
export interface PassSubject {
  readonly key: DaemonSetKey;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly raw: RawObject;
  readonly revisionHash: string;
}

/** An action with its cause, and the uid of the node of a pod that is to be created. */
export interface CausedAction {
  readonly action: PodAction;
  readonly cause: Cause;
  readonly nodeUid: string;
}

/** What became of one action. */
export interface ActionResult {
  readonly action: PodAction;
  /** The name of the pod. */
  readonly name: string;
  /**
   * - `done`: the cluster is as intended.
   * - `repeat`: the state was not the expected one; the next plan is made from the new state.
   * - `failed`: the request failed; it may be repeated after a delay.
   */
  readonly result: 'done' | 'repeat' | 'failed';
  /** Unless it is done. */
  readonly problem?: FailedWrite;
}

export interface PodWritesOptions {
  readonly writer: ClusterWriter;
  readonly reader: LiveReader;
  readonly writes: JournaledWrites;
  readonly pods: OwnedPods;
  readonly foreign: Pick<ForeignWriter, 'createsPod'>;
  readonly clock: Clock;
  /** With a dry run, intents are recorded and the requests are skipped. */
  readonly isDryRun: boolean;
}

export class PodWrites {
  readonly #options: PodWritesOptions;
  /** How many names are taken, by the DaemonSet and the node, while that is not 0. */
  readonly #attempts = new Map<string, number>();

  constructor(options: PodWritesOptions) {
    this.#options = options;
  }

  /** Carries out the actions concurrently. Resolves when each has an outcome. */
  async carryOut(subject: PassSubject, actions: readonly CausedAction[]): Promise<readonly ActionResult[]> {
    const { writes } = this.#options;
    const intents = await writes.intend(actions.map((caused) => this.#intent(subject, caused)));
    return Promise.all(
      actions.map(({ action }, index) => this.#carryOut(subject, action, intents[index] as RecordedIntent)),
    );
  }

  #intent(subject: PassSubject, { action, cause, nodeUid }: CausedAction): Intent {
    const { verb, node, reason, detail } = action;
    const [name, uid] =
      action.verb === 'create' ? [this.#nameOf(subject, node, nodeUid), ''] : [action.pod.name, action.pod.uid];
    const write: ClusterWrite = { verb, resource: 'pods', name, uid, reason, detail };
    return { node, daemonSet: subject.key, write, cause };
  }

  /** The first name that no known pod has. The same state leads to the same name, so that a repeated request conflicts. */
  #nameOf({ namespace, name, uid, revisionHash }: PassSubject, node: string, nodeUid: string): string {
    const base = { daemonSetName: name, daemonSetUid: uid, nodeUid: nodeUid || node, revisionHash };
    for (let attempt = this.#attempts.get(`${uid} ${node}`) ?? 0; ; attempt++) {
      const candidate = podName({ ...base, attempt });
      if (this.#options.pods.get(namespace, candidate) === undefined) return candidate;
    }
  }

  async #carryOut(subject: PassSubject, action: PodAction, intent: RecordedIntent): Promise<ActionResult> {
    const { name } = intent.write;
    if (this.#options.isDryRun) return this.#skip(subject, action, intent);
    try {
      const result =
        action.verb === 'create'
          ? await this.#create(subject, action.node, intent)
          : await this.#change(subject, action);
      this.#options.writes.settle(intent, result.isDone ? 'succeeded' : 'failed', result.message);
      return result.isDone ? { action, name, result: 'done' } : { action, name, result: 'repeat', problem: result };
    } catch (error) {
      if (!(error instanceof RollcallError)) throw error;
      this.#options.writes.settle(intent, 'failed', error.message);
      return { action, name, result: 'failed', problem: error };
    }
  }

  #skip(subject: PassSubject, action: PodAction, intent: RecordedIntent): ActionResult {
    const { writes, pods, clock } = this.#options;
    const { name } = intent.write;
    writes.settle(intent, 'skipped', 'dry run');
    // Remembered as if it had been sent, so that it is recorded once and not with every pass.
    if (action.verb === 'create') pods.assumed(imaginedPod(subject, action.node, name, clock.nowMs()));
    else if (action.verb === 'delete') pods.assumedDeleted(action.pod);
    else pods.assumed({ ...action.pod, controllerUid: action.verb === 'adopt' ? subject.uid : '' });
    return { action, name, result: 'done' };
  }

  async #create(subject: PassSubject, node: string, { write: { name } }: RecordedIntent): Promise<Done> {
    const { writer, pods, clock } = this.#options;
    const { namespace, uid, raw, revisionHash } = subject;
    const slot = `${uid} ${node}`;
    const before = pods.get(namespace, name);
    this.#options.foreign.createsPod(namespace, name);
    try {
      const pod = daemonPod({ daemonSet: raw, node, revisionHash, name });
      const { metadata } = await writer.create(podsPath(namespace), pod);
      pods.written(toOwnedPod({ ...pod, status: PENDING, metadata }), before, clock.nowMs());
      this.#attempts.delete(slot);
      return DONE;
    } catch (error) {
      if (!isFailure(error, 'conflict')) throw error;
    }
    const existing = await this.#read(namespace, name);
    if (existing === null) return { isDone: false, message: 'a pod of the same name was being deleted' };
    pods.written(existing, before, clock.nowMs());
    const isIntended = existing.controllerUid === uid && existing.targetNode === node && !existing.isTerminating;
    if (isIntended) return { isDone: true, message: 'an earlier request had created the pod' };
    this.#attempts.set(slot, (this.#attempts.get(slot) ?? 0) + 1);
    return { isDone: false, message: 'another pod has this name' };
  }

  async #change(subject: PassSubject, action: Exclude<PodAction, { verb: 'create' }>): Promise<Done> {
    try {
      return action.verb === 'delete' ? await this.#delete(action.pod) : await this.#own(subject, action);
    } catch (error) {
      if (isFailure(error, 'missing')) {
        this.#options.pods.removed(action.pod);
        return { isDone: true, message: 'the pod did not exist any more' };
      }
      if (!isFailure(error, 'conflict')) throw error;
      await this.#refresh(action.pod);
      return { isDone: false, message: 'the pod had changed' };
    }
  }

  async #delete(pod: OwnedPod): Promise<Done> {
    const { writer, pods, clock } = this.#options;
    const { namespace, name, uid, resourceVersion } = pod;
    await writer.delete(podPath(namespace, name), { uid, resourceVersion });
    pods.deleted(pod, clock.nowMs());
    return DONE;
  }

  /** Adds or removes the owner reference. A merge patch replaces the whole list, so the list is read first. */
  async #own(subject: PassSubject, { verb, pod }: Exclude<PodAction, { verb: 'create' }>): Promise<Done> {
    const { writer, reader, pods, clock } = this.#options;
    const path = podPath(pod.namespace, pod.name);
    const before = pods.get(pod.namespace, pod.name);
    if (verb === 'adopt' && !(await this.#isStillThere(subject))) {
      return { isDone: false, message: 'the DaemonSet was deleted' };
    }
    const { metadata } = rawObject(await reader.get(path));
    if (metadata.uid !== pod.uid) return { isDone: false, message: 'another pod has this name' };
    const others = ownersOf(metadata).filter(({ uid }) => uid !== subject.uid);
    if (verb === 'adopt' && others.some(({ controller }) => controller === true)) {
      return { isDone: false, message: 'another controller owns the pod' };
    }
    const ownerReferences = verb === 'adopt' ? [...others, controllerReference(subject)] : others;
    const preconditions = { uid: pod.uid, resourceVersion: metadata.resourceVersion };
    const stored = await writer.patch(path, { metadata: { ownerReferences } }, preconditions);
    pods.written(toOwnedPod(rawObject(stored)), before, clock.nowMs());
    return DONE;
  }

  /** Adoption asks the API server, because a watch may not show yet that the DaemonSet is being deleted. */
  async #isStillThere({ namespace, name, uid }: PassSubject): Promise<boolean> {
    const { metadata } = rawObject(await this.#options.reader.get(daemonSetPath(namespace, name)));
    return metadata.uid === uid && metadata['deletionTimestamp'] === undefined;
  }

  async #refresh(pod: OwnedPod): Promise<void> {
    const { pods, clock } = this.#options;
    const before = pods.get(pod.namespace, pod.name);
    const live = await this.#read(pod.namespace, pod.name);
    if (live?.uid === pod.uid) pods.written(live, before, clock.nowMs());
    else pods.removed(pod);
  }

  /** `null` if it does not exist. */
  async #read(namespace: string, name: string): Promise<OwnedPod | null> {
    try {
      return toOwnedPod(rawObject(await this.#options.reader.get(podPath(namespace, name))));
    } catch (error) {
      if (isFailure(error, 'missing')) return null;
      throw error;
    }
  }
}

/** The status of a pod that has just been created. */
const PENDING = { phase: 'Pending' };

interface Done {
  readonly isDone: boolean;
  readonly message: string;
}

const DONE: Done = { isDone: true, message: '' };

function isFailure(error: unknown, failure: ApiServerError['failure']): boolean {
  return error instanceof ApiServerError && error.failure === failure;
}

/** The pod that a dry run does not create, as the API server would return it. */
function imaginedPod(subject: PassSubject, node: string, name: string, nowMs: number): OwnedPod {
  const { raw, revisionHash } = subject;
  const { metadata, ...pod } = daemonPod({ daemonSet: raw, node, revisionHash, name });
  const creationTimestamp = new Date(nowMs).toISOString();
  const stored = { ...metadata, uid: `dry-run-${subject.uid}-${name}`, resourceVersion: '0', creationTimestamp };
  return toOwnedPod(rawObject({ ...pod, metadata: stored }));
}
