/**
 * Observes a node of a cluster: its Node object through the API server and its pods through the pod source. It is
 * read-only and reports only relevant changes, because a kubelet updates conditions and image lists frequently.
 */
import type { ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import { ListWatch, type ListWatchCounts, noCounts } from '../../shared/api-server/list-watch.ts';
import { canonicalJson } from '../../shared/canonical-json.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Pod } from '../../shared/kubernetes/objects.ts';
import { validateNode } from '../../shared/kubernetes/validation/validate-node.ts';
import type { NodeFacts } from '../../shared/model/node-facts.ts';
import { nodeFacts } from '../../shared/model/node-facts.ts';
import { SETTLE_MS } from './limits.ts';
import type { Observer, ObserverListener } from './observer.ts';
import type { PodSource } from './pod-source.ts';

export interface ClusterObserverOptions {
  readonly nodeName: string;
  readonly reader: ApiServerReader;
  readonly pods: PodSource;
  readonly clock: Clock;
  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

/** The facts of a Node, or the problem with it. */
type ObservedNode = NodeFacts | { readonly problem: string };

/** Problems that can exist at the same time; `''` for no problem. */
interface Problems {
  node: string;
  nodeWatch: string;
  pods: string;
}

export class ClusterObserver implements Observer {
  readonly #options: ClusterObserverOptions;
  readonly #problems: Problems = { node: '', nodeWatch: '', pods: '' };
  #facts: NodeFacts | undefined;
  #pods: readonly Pod[] | undefined;
  #nodeWatch: ListWatch<ObservedNode> | undefined;
  #cancelEmit: (() => void) | undefined;

  constructor(options: ClusterObserverOptions) {
    this.#options = options;
  }

  start(listener: ObserverListener): void {
    const { nodeName, reader, pods, clock, random } = this.#options;
    const emit = () => this.#emitSoon(listener);
    this.#nodeWatch = new ListWatch<ObservedNode>({
      reader,
      path: '/api/v1/nodes',
      query: { fieldSelector: `metadata.name=${nodeName}` },
      fromCache: true,
      keep: observedNode,
      listener: {
        applied: (node) => this.#nodeApplied(node, emit),
        removed: () => this.#setProblem('node', `node ${nodeName} no longer exists in the API server`, emit),
        problemChanged: (problem) =>
          this.#setProblem(
            'nodeWatch',
            problem === null ? '' : `node ${nodeName} cannot be watched: ${problem.message}`,
            emit,
          ),
      },
      clock,
      random,
    });
    void this.#nodeWatch.synced.then(() => {
      if (this.#facts === undefined && this.#problems.node === '') {
        this.#setProblem(
          'node',
          `node ${nodeName} does not exist in the API server; correct --node-name or wait until it is registered`,
          emit,
        );
      }
    });
    this.#nodeWatch.start();
    pods.start({
      podsChanged: (all) => {
        this.#pods = all;
        emit();
      },
      problemChanged: (sentence) => this.#setProblem('pods', sentence ?? '', emit),
    });
  }

  counts(): Readonly<Record<string, ListWatchCounts>> {
    return { nodes: this.#nodeWatch?.counts ?? noCounts(), pods: this.#options.pods.counts() };
  }

  close(): void {
    this.#cancelEmit?.();
    this.#nodeWatch?.close();
    this.#options.pods.close();
    this.#options.reader.close();
  }

  #nodeApplied(node: ObservedNode, emit: () => void): void {
    if ('problem' in node) return this.#setProblem('node', node.problem, emit);
    const isNews = this.#facts === undefined || newsOf(this.#facts) !== newsOf(node) || this.#problems.node !== '';
    this.#facts = node;
    this.#problems.node = '';
    if (isNews) emit();
  }

  #setProblem(what: keyof Problems, sentence: string, emit: () => void): void {
    if (this.#problems[what] === sentence) return;
    this.#problems[what] = sentence;
    emit();
  }

  #emitSoon(listener: ObserverListener): void {
    this.#cancelEmit ??= this.#options.clock.after(SETTLE_MS, () => {
      this.#cancelEmit = undefined;
      this.#emit(listener);
    });
  }

  #emit(listener: ObserverListener): void {
    const { clock, reader, pods } = this.#options;
    const wrong = Object.values(this.#problems).filter((sentence) => sentence !== '');
    // Incomplete data would be wrong, so the last complete observation remains in effect.
    if (wrong.length > 0) return listener.problem(`${sentenceOf(wrong)}.`);
    if (this.#facts === undefined || this.#pods === undefined) return;
    const source = pods.name === reader.url ? reader.url : `${reader.url}, pods from ${pods.name}`;
    listener.observed({ facts: this.#facts, pods: this.#pods, observedMs: clock.nowMs(), source });
  }
}

function observedNode(object: unknown): ObservedNode {
  const validation = validateNode(object);
  if (validation.accepted) return nodeFacts(validation.node);
  const [cause] = validation.causes;
  return { problem: `the Node is invalid: ${cause?.fieldPath}: ${cause?.message}` };
}

/** All facts except the resource version. */
function newsOf({ resourceVersion: _, ...news }: NodeFacts): string {
  return canonicalJson(news);
}

function sentenceOf(parts: readonly string[]): string {
  const text = parts.join('; ').replace(/\.$/, '');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
