/**
 * One pass for one DaemonSet: makes the plan from what is known now, and carries out a part of it that is small enough to be stopped
 * soon. The plan is made and its intents are appended in one turn of the event loop, so that the intents follow every row that the
 * plan depends on, and are durable after them.
 */
import { ApiServerError } from '../../shared/api-server/api-server-error.ts';
import type { RawMetadata, RawObject } from '../../shared/api-server/watch-event.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Cause } from '../../shared/journal-format/events.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { PlacedDaemonSet } from '../../shared/model/daemon-set-record.ts';
import { PASS_WRITES_MAX, STALE_RETRY_MS } from '../limits.ts';
import type { DaemonSetPlan, Hold, PodAction } from '../rollout/daemon-set-plan.ts';
import type { OwnedDaemonSet, OwnedNode } from '../rollout/daemon-set-state.ts';
import { planDaemonSet } from '../rollout/plan-daemon-set.ts';
import { PodBackoff } from '../rollout/pod-backoff.ts';
import { planRevisions, type RevisionPlan } from '../rollout/revision-plan.ts';
import type { DaemonSetEvents } from './daemon-set-events.ts';
import type { DecisionCauses } from './decision-causes.ts';
import { collisionCountOf, toOwnedDaemonSet, type UnhashedDaemonSet } from './owned-daemon-set.ts';
import type { OwnedObjects } from './owned-objects.ts';
import type { PassResult } from './pass-queue.ts';
import type { ActionResult, CausedAction, PassSubject, PodWrites } from './pod-writes.ts';
import type { RevisionWrites } from './revision-writes.ts';
import type { SlowStart } from './slow-start.ts';
import type { StaleGuard } from './stale-guard.ts';
import type { StatusWriter } from './status-writer.ts';
import type { WriteBackoff } from './write-backoff.ts';
import type { WriteBudget } from './write-budget.ts';

/** The placements in force. */
export interface OwnedPlacements {
  daemonSet(key: DaemonSetKey): Pick<PlacedDaemonSet, 'record' | 'effectiveRevision'> | undefined;
  verdicts(key: DaemonSetKey): Iterable<OwnedNode & { readonly effectiveRevision: number }>;
}

export interface DaemonSetPassOptions {
  readonly placements: OwnedPlacements;
  readonly objects: OwnedObjects;
  readonly causes: DecisionCauses;
  readonly podWrites: PodWrites;
  readonly revisionWrites: RevisionWrites;
  readonly statusWriter: StatusWriter;
  readonly events: DaemonSetEvents;
  readonly budget: WriteBudget;
  readonly backoff: WriteBackoff;
  readonly slowStart: SlowStart;
  readonly staleGuard: Pick<StaleGuard, 'confirm'>;
  readonly clock: Clock;
  readonly isDryRun: boolean;
}

export interface PassOutcome extends PassResult {
  readonly holds: readonly Hold[];
}

export const NOTHING_DONE: PassOutcome = {
  hasWritten: false,
  planningMs: 0,
  againInMs: null,
  holds: [],
};

export class DaemonSetPass {
  readonly #options: DaemonSetPassOptions;
  /** Back-off of pods that ended, by the uid of the DaemonSet. */
  readonly #podBackoffs = new Map<string, PodBackoff>();
  readonly #known = new Map<DaemonSetKey, RawMetadata>();

  constructor(options: DaemonSetPassOptions) {
    this.#options = options;
  }

  async run(key: DaemonSetKey): Promise<PassOutcome> {
    const { objects, clock, backoff } = this.#options;
    const raw = objects.daemonSet(key);
    this.#recognize(key, raw);
    if (raw === undefined) return NOTHING_DONE;
    const startMs = clock.elapsedMs();
    const daemonSet = toOwnedDaemonSet(raw);
    if (daemonSet.isBeingDeleted) return NOTHING_DONE;
    const revisions = objects.revisionsIn(daemonSet.namespace);
    const plan = planRevisions({ daemonSet, raw, revisions, collisionCount: collisionCountOf(raw) });
    if (plan.actions.length > 0 && !this.#options.isDryRun) {
      return backoff.pauseMs > 0
        ? { ...NOTHING_DONE, againInMs: backoff.pauseMs }
        : this.#writeRevisions(daemonSet, raw, plan);
    }
    return this.#pods({ ...daemonSet, revisionHash: plan.hash }, raw, startMs);
  }

  async #writeRevisions(daemonSet: UnhashedDaemonSet, raw: RawObject, plan: RevisionPlan): Promise<PassOutcome> {
    const { revisionWrites, backoff, statusWriter, objects, placements } = this.#options;
    const { key } = daemonSet;
    const refused = backoff.refused(key, '');
    if (refused !== null) return this.#refusedRevision(refused);
    const cause: Cause = {
      trigger: 'daemon-set-change',
      revision: placements.daemonSet(key)?.effectiveRevision ?? 0,
      actor: '',
    };
    const error = await revisionWrites.carryOut(daemonSet, plan.actions, cause);
    if (error === null) {
      backoff.succeeded(key, '');
      return { ...NOTHING_DONE, hasWritten: true, againInMs: 0 };
    }
    backoff.failed(key, '', error);
    // The name belongs to a revision with another content, so the next hash has to differ (pkg/controller/daemon/update.go, snapshot).
    const isTaken = error instanceof ApiServerError && error.failure === 'conflict';
    if (isTaken && objects.daemonSet(key) === raw) {
      const stored = await statusWriter.writeCollisionCount(raw, (collisionCountOf(raw) ?? 0) + 1);
      if (stored !== null) objects.daemonSetWritten(stored);
    }
    return this.#refusedRevision(backoff.refused(key, '') ?? { untilMs: 0, message: error.message });
  }

  #refusedRevision({ untilMs, message }: { untilMs: number; message: string }): PassOutcome {
    const { clock } = this.#options;
    const waitMs = Math.max(0, untilMs - clock.elapsedMs());
    const hold: Hold = { node: '', reason: 'request-refused', detail: message, untilMs: clock.nowMs() + waitMs };
    return { ...NOTHING_DONE, againInMs: waitMs, holds: [hold] };
  }

  async #pods(daemonSet: OwnedDaemonSet, raw: RawObject, startMs: number): Promise<PassOutcome> {
    const { placements, objects, clock, events } = this.#options;
    const { key, uid, namespace, generation } = daemonSet;
    // The verdicts must be those of the template from which pods are created. The change that makes them so starts another pass.
    const record = placements.daemonSet(key)?.record;
    if (record?.uid !== uid || record.generation !== generation) return NOTHING_DONE;
    const nodes = [...placements.verdicts(key)];
    const backoff = this.#podBackoffs.get(uid) ?? PodBackoff.NONE;
    const nowMs = clock.nowMs();
    const plan = planDaemonSet({ daemonSet, nodes, pods: objects.pods.of(uid, namespace), backoff, nowMs });
    const planningMs = clock.elapsedMs() - startMs;
    const subject: PassSubject = { ...daemonSet, raw };
    for (const event of plan.events) events.emit(subject, event);
    const chosen = this.#choose(subject, plan, nodes);
    const { actions, problem } = await this.#options.staleGuard.confirm(subject, chosen.actions);
    const results = actions.length === 0 ? [] : await this.#carryOut(subject, actions, nowMs);
    if (problem !== '')
      chosen.holds.push({ node: '', reason: 'stale-watch', detail: problem, untilMs: nowMs + STALE_RETRY_MS });
    await this.#writeStatus(raw, plan);
    return this.#outcome(plan, chosen, results, planningMs);
  }

  /** The actions that are carried out in this pass, with their causes, and what the others wait for. */
  #choose(
    subject: PassSubject,
    plan: DaemonSetPlan,
    nodes: readonly (OwnedNode & { effectiveRevision: number })[],
  ): Chosen {
    const { backoff, budget, slowStart, causes, clock } = this.#options;
    const { key } = subject;
    if (plan.actions.length === 0) slowStart.forget(key);
    const holds: Hold[] = [];
    const due = plan.actions.filter((action) => {
      const refused = backoff.refused(key, action.node);
      if (refused === null) return true;
      const untilMs = clock.nowMs() + refused.untilMs - clock.elapsedMs();
      holds.push({ node: action.node, reason: 'request-refused', detail: refused.message, untilMs });
      return false;
    });
    const isCreate = ({ verb }: PodAction) => verb === 'create';
    const creates = due.filter(isCreate).slice(0, slowStart.sizeOf(key));
    const others = due.filter((action) => !isCreate(action)).slice(0, PASS_WRITES_MAX);
    const selected = [...creates, ...others];
    const granted = backoff.pauseMs > 0 ? 0 : budget.take(selected.length);
    const byName = new Map(nodes.map((node) => [node.name, node]));
    const actions = selected.slice(0, granted).map((action): CausedAction => {
      const node = byName.get(action.node);
      return { action, cause: causes.of(key, action, node), nodeUid: node?.uid ?? '' };
    });
    return { actions, holds, leftCount: due.length - granted };
  }

  async #carryOut(
    subject: PassSubject,
    actions: readonly CausedAction[],
    nowMs: number,
  ): Promise<readonly ActionResult[]> {
    const { podWrites, backoff, slowStart, events } = this.#options;
    const { key, uid } = subject;
    const results = await podWrites.carryOut(subject, actions);
    const ended: PodAction[] = [];
    for (const { action, name, result, problem } of results) {
      events.wrote(subject, action, name, result, problem?.message ?? '');
      if (problem !== undefined) backoff.failed(key, action.node, problem);
      else backoff.succeeded(key, action.node);
      if (result === 'done' && (action.reason === 'failed-pod' || action.reason === 'succeeded-pod'))
        ended.push(action);
    }
    const creates = results.filter(({ action }) => action.verb === 'create');
    if (creates.length > 0) slowStart.ended(key, { hasFailed: creates.some(({ result }) => result === 'failed') });
    const { observedGeneration } = toOwnedDaemonSet(subject.raw).status;
    const slots = ended.map(({ node }) => ({ observedGeneration, node }));
    this.#podBackoffs.set(uid, (this.#podBackoffs.get(uid) ?? PodBackoff.NONE).advanced(slots, nowMs));
    return results;
  }

  async #writeStatus(raw: RawObject, { status }: DaemonSetPlan): Promise<void> {
    const { statusWriter, objects, isDryRun } = this.#options;
    if (status === null || isDryRun) return;
    const stored = await statusWriter.write(raw, status);
    if (stored !== null) objects.daemonSetWritten(stored);
  }

  #outcome(
    plan: DaemonSetPlan,
    { holds, leftCount }: Chosen,
    results: readonly ActionResult[],
    planningMs: number,
  ): PassOutcome {
    const { clock, backoff, budget } = this.#options;
    const all = [...plan.holds, ...holds];
    const nowMs = clock.nowMs();
    const waits = [plan.replanAtMs, ...holds.map(({ untilMs }) => untilMs)].flatMap((atMs) =>
      atMs === null ? [] : [atMs - nowMs],
    );
    if (results.length > 0) waits.push(0);
    if (leftCount > 0) waits.push(Math.max(backoff.pauseMs, budget.waitMs(leftCount)));
    const againInMs = waits.length === 0 ? null : Math.max(0, Math.min(...waits));
    return { hasWritten: results.length > 0, planningMs, againInMs, holds: all };
  }

  /** Forgets what belongs to a DaemonSet that was deleted, and the refusals of an earlier version. */
  #recognize(key: DaemonSetKey, raw: RawObject | undefined): void {
    const { backoff, slowStart, causes } = this.#options;
    const before = this.#known.get(key);
    if (raw === undefined) this.#known.delete(key);
    else this.#known.set(key, raw.metadata);
    if (before === undefined) return;
    if (raw?.metadata['generation'] !== before['generation']) backoff.forget(key);
    if (raw?.metadata.uid === before.uid) return;
    this.#podBackoffs.delete(before.uid ?? '');
    backoff.forget(key);
    slowStart.forget(key);
    if (raw === undefined) causes.forget(key);
  }
}

interface Chosen {
  readonly actions: readonly CausedAction[];
  readonly holds: Hold[];
  /** The number of actions that wait for the rate limit, the slow start or the API server. */
  readonly leftCount: number;
}
