/**
 * A cluster of values in which the plans of one DaemonSet are carried out: nodes, pods, a kubelet that is slow or fails, and an API
 * server that refuses. It checks every action against what it knows itself.
 */
import type { PodAction } from '../../coordinator/rollout/daemon-set-plan.ts';
import type { OwnedNode, OwnedPod } from '../../coordinator/rollout/daemon-set-state.ts';
import { planDaemonSet } from '../../coordinator/rollout/plan-daemon-set.ts';
import { PodBackoff } from '../../coordinator/rollout/pod-backoff.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import { NOW_MS, ownedDaemonSet, ownedPod } from './world.ts';

const DAEMON_SET = ownedDaemonSet();
/** Longer than every back-off. */
const FAR_MS = 16 * 60_000;

export class SimulatedCluster {
  readonly nodes = new Map<string, OwnedNode>();
  readonly pods = new Map<string, OwnedPod>();
  /** What went wrong, in words. */
  readonly violations: string[] = [];
  #backoff = PodBackoff.NONE;
  #nowMs = NOW_MS;
  #created = 0;

  setNode(name: string, verdict: Verdict): void {
    this.nodes.set(name, { name, uid: `uid-${name}`, verdict });
  }

  removeNode(name: string): void {
    this.nodes.delete(name);
  }

  addPod(node: string, changes: Partial<OwnedPod> = {}): void {
    const name = `pod-${++this.#created}`;
    this.pods.set(name, ownedPod(node, { name, createdMs: this.#nowMs, ...changes }));
  }

  changePod(index: number, changes: Partial<OwnedPod>): void {
    const names = [...this.pods.keys()];
    const pod = this.pods.get(names[index % Math.max(1, names.length)] ?? '');
    if (pod !== undefined) this.pods.set(pod.name, { ...pod, ...changes });
  }

  wait(ms: number): void {
    this.#nowMs += ms;
  }

  /** Makes a plan and carries out the actions for which `isAccepted` returns true. Returns the number of actions. */
  act(isAccepted: (index: number) => boolean): number {
    const input = { daemonSet: DAEMON_SET, nodes: this.nodes.values(), backoff: this.#backoff, nowMs: this.#nowMs };
    const { actions } = planDaemonSet({ ...input, pods: this.pods.values() });
    for (const action of actions) this.#check(action);
    const accepted = actions.filter((_, index) => isAccepted(index));
    for (const action of accepted) this.#carryOut(action);
    const ended = accepted.filter(({ reason }) => reason === 'failed-pod' || reason === 'succeeded-pod');
    const slots = ended.map(({ node }) => ({ observedGeneration: 1, node }));
    this.#backoff = this.#backoff.advanced(slots, this.#nowMs);
    return actions.length;
  }

  /** Everything that waits happens: pods end or run, back-offs expire, and bound pods of nodes that are gone are removed. */
  settle(): void {
    this.#nowMs += FAR_MS;
    for (const [name, pod] of this.pods) {
      const isOfVanishedNode = pod.boundNode !== '' && !this.nodes.has(pod.boundNode);
      if (pod.isTerminating || isOfVanishedNode) this.pods.delete(name);
      else if (pod.phase === 'Pending')
        this.pods.set(name, { ...pod, phase: 'Running', boundNode: pod.targetNode ?? '' });
    }
  }

  /** The live pods of the DaemonSet on each node. */
  liveOn(node: string): OwnedPod[] {
    const isLive = (pod: OwnedPod) => pod.controllerUid === DAEMON_SET.uid && !pod.isTerminating;
    return [...this.pods.values()].filter((pod) => pod.targetNode === node && isLive(pod));
  }

  #carryOut(action: PodAction): void {
    if (action.verb === 'create') return this.addPod(action.node, { phase: 'Pending', boundNode: '', isReady: false });
    const pod = this.pods.get(action.pod.name);
    if (pod === undefined) return;
    if (action.verb === 'adopt') this.pods.set(pod.name, { ...pod, controllerUid: DAEMON_SET.uid });
    else if (action.verb === 'release') this.pods.set(pod.name, { ...pod, controllerUid: '' });
    else if (pod.boundNode === '') this.pods.delete(pod.name);
    else this.pods.set(pod.name, { ...pod, isTerminating: true });
  }

  /** Rules that hold for every action, in other words than the planner's. */
  #check(action: PodAction): void {
    const node = this.nodes.get(action.node);
    const isSelected = (pod: OwnedPod) => pod.labels['app'] === 'agent';
    if (action.verb === 'create') {
      if (node?.verdict !== 'run') this.violations.push(`created a pod on ${action.node}, which should not run one`);
      const isInTheWay = (pod: OwnedPod) =>
        isSelected(pod) && !(pod.isTerminating && ['Failed', 'Succeeded'].includes(pod.phase));
      const others = [...this.pods.values()].filter(
        (pod) => pod.targetNode === action.node && pod.controllerUid === DAEMON_SET.uid,
      );
      if (others.some(isInTheWay)) this.violations.push(`created a second pod on ${action.node}`);
      return;
    }
    const pod = action.pod;
    if (pod.controllerUid !== '' && pod.controllerUid !== DAEMON_SET.uid)
      this.violations.push(`touched ${pod.name} of another controller`);
    if (action.verb !== 'delete') return;
    if (pod.targetNode === null) this.violations.push(`deleted ${pod.name}, which names no node`);
    if (pod.isTerminating) this.violations.push(`deleted ${pod.name} twice`);
    if (!this.#mayDelete(pod, node)) this.violations.push(`deleted ${pod.name} without a reason`);
  }

  #mayDelete(pod: OwnedPod, node: OwnedNode | undefined): boolean {
    if (node === undefined) return pod.boundNode === '';
    if (node.verdict === 'none' || pod.phase === 'Failed' || pod.phase === 'Succeeded') return true;
    const isOther = (other: OwnedPod) =>
      other.name !== pod.name &&
      other.targetNode === node.name &&
      !other.isTerminating &&
      other.labels['app'] === 'agent';
    return [...this.pods.values()].some((other) => isOther(other) && !['Failed', 'Succeeded'].includes(other.phase));
  }
}
