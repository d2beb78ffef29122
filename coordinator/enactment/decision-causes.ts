/** The decisions that have led to no write yet, so that a write can name its cause. */
import type { Cause, Trigger } from '../../shared/journal-format/events.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { PairChange } from '../../shared/model/pair-change.ts';
import type { PodAction } from '../rollout/daemon-set-plan.ts';

export class DecisionCauses {
  readonly #pending = new Map<DaemonSetKey, Map<string, Trigger>>();

  decided({ daemonSet, node, to }: PairChange, trigger: Trigger): void {
    // A node that keeps its pod, or has been removed, is not the reason for a write.
    if (to === 'keep' || to === null) return void this.#pending.get(daemonSet)?.delete(node);
    const pending = this.#pending.get(daemonSet) ?? new Map<string, Trigger>();
    pending.set(node, trigger);
    this.#pending.set(daemonSet, pending);
  }

  /**
   * The cause of an action: the decision about its node, if it is new; otherwise a change of the pods. `placed` is the
   * placement in force; `undefined` for a node that was removed.
   */
  of(
    key: DaemonSetKey,
    { node, reason }: PodAction,
    placed: { readonly effectiveRevision: number } | undefined,
  ): Cause {
    if (reason === 'node-gone') return { trigger: 'node-change', revision: 0, actor: '' };
    if (reason !== 'no-pod' && reason !== 'not-placed') return { trigger: 'pod-change', revision: 0, actor: '' };
    const pending = this.#pending.get(key);
    const trigger = pending?.get(node);
    pending?.delete(node);
    if (pending?.size === 0) this.#pending.delete(key);
    return { trigger: trigger ?? 'pod-change', revision: placed?.effectiveRevision ?? 0, actor: '' };
  }

  forget(key: DaemonSetKey): void {
    this.#pending.delete(key);
  }
}
