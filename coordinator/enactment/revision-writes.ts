/** Sends the requests for the ControllerRevisions of a DaemonSet, with their intents and outcomes. */
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';
import { type RawObject, rawObject } from '../../shared/api-server/watch-event.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { Cause } from '../../shared/journal-format/events.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import { TEMPLATE_REVISION_LABEL } from '../../shared/kubernetes/template-revision.ts';
import type { ClusterWrite } from '../../shared/model/cluster-write.ts';
import { controllerReference, ownersOf } from '../rollout/controller-reference.ts';
import { revisionBytes } from '../rollout/revision-data.ts';
import type { RevisionAction } from '../rollout/revision-plan.ts';
import type { ClusterWriter, MergePatch } from './cluster-writer.ts';
import type { JournaledWrites, RecordedIntent } from './journaled-writes.ts';
import type { LiveReader } from './live-reader.ts';
import { revisionPath, revisionsPath } from './object-paths.ts';

export interface RevisionWritesOptions {
  readonly writer: ClusterWriter;
  readonly reader: LiveReader;
  readonly writes: JournaledWrites;
  /** The API server stored this ControllerRevision. */
  readonly written: (object: RawObject) => void;
}

export interface RevisionSubject {
  readonly key: DaemonSetKey;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

type RevisionCreation = RevisionAction & { readonly verb: 'create' };

export class RevisionWrites {
  readonly #options: RevisionWritesOptions;

  constructor(options: RevisionWritesOptions) {
    this.#options = options;
  }

  /**
   * Carries out the actions in order. Resolves to the first error, or to `null`. A conflict of an existing revision is no error,
   * because the next plan is made from the new state.
   */
  async carryOut(
    subject: RevisionSubject,
    actions: readonly RevisionAction[],
    cause: Cause,
  ): Promise<RollcallError | null> {
    const { writes } = this.#options;
    const intents = actions.map((action) => ({ node: '', daemonSet: subject.key, write: writeOf(action), cause }));
    const recorded = await writes.intend(intents);
    for (const [index, action] of actions.entries()) {
      const intent = recorded[index] as RecordedIntent;
      const error = await this.#carryOut(subject, action, intent);
      if (error === null) continue;
      for (const later of recorded.slice(index + 1)) writes.settle(later, 'failed', 'an earlier write failed');
      return error;
    }
    return null;
  }

  async #carryOut(
    subject: RevisionSubject,
    action: RevisionAction,
    intent: RecordedIntent,
  ): Promise<RollcallError | null> {
    const { writes, written } = this.#options;
    try {
      written(rawObject(await this.#send(subject, action)));
      writes.settle(intent, 'succeeded', '');
      return null;
    } catch (error) {
      if (!(error instanceof RollcallError)) throw error;
      const problem =
        action.verb === 'create' && isConflict(error) ? await this.#conflict(subject, action, error) : error;
      if (problem === null) writes.settle(intent, 'succeeded', 'an earlier request had created it');
      else writes.settle(intent, 'failed', problem.message);
      return problem === null || (action.verb !== 'create' && isConflict(problem)) ? null : problem;
    }
  }

  /** `null` if the revision of this name has the same content, which the watch has not shown yet; otherwise why it cannot be used. */
  async #conflict(
    { namespace }: RevisionSubject,
    action: RevisionCreation,
    error: RollcallError,
  ): Promise<RollcallError | null> {
    const { reader, written } = this.#options;
    try {
      const existing = rawObject(await reader.get(revisionPath(namespace, action.name)));
      if (revisionBytes(existing['data']) !== revisionBytes(action.object['data'])) return error;
      written(existing);
      return null;
    } catch (failure) {
      if (failure instanceof RollcallError) return failure;
      throw failure;
    }
  }

  async #send(subject: RevisionSubject, action: RevisionAction): Promise<object> {
    const { writer } = this.#options;
    if (action.verb === 'create') {
      const { metadata } = await writer.create(revisionsPath(subject.namespace), action.object);
      return { ...action.object, metadata };
    }
    const { metadata } = action.revision;
    const preconditions = { uid: metadata.uid ?? '', resourceVersion: metadata.resourceVersion };
    return writer.patch(revisionPath(subject.namespace, metadata.name), patchOf(subject, action), preconditions);
  }
}

function writeOf(action: RevisionAction): ClusterWrite {
  const { verb, reason } = action;
  const [name, uid] =
    action.verb === 'create' ? [action.name, ''] : [action.revision.metadata.name, action.revision.metadata.uid ?? ''];
  return { verb, resource: 'controllerrevisions', name, uid, reason, detail: '' };
}

function patchOf(subject: RevisionSubject, action: Exclude<RevisionAction, { verb: 'create' }>): MergePatch {
  const { verb, revision, change } = action;
  const others = ownersOf(revision.metadata).filter(({ uid }) => uid !== subject.uid);
  if (verb === 'adopt') return { metadata: { ownerReferences: [...others, controllerReference(subject)] } };
  if (verb === 'release') return { metadata: { ownerReferences: others } };
  if (change.hash !== undefined) return { metadata: { labels: { [TEMPLATE_REVISION_LABEL]: change.hash } } };
  return { revision: change.number };
}

function isConflict(error: RollcallError): boolean {
  return error instanceof ApiServerError && error.failure === 'conflict';
}
