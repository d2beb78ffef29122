/**
 * Observes a node of a cluster: its Node object through the API server, and its pods where the pod source
 * sees them. It only reads, and tells only what matters: a kubelet renews conditions and image lists all
 * the time, and none of that is news.
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
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** A Node as it is kept: its facts, or what is wrong with it. */
type KeptNode = NodeFacts | { readonly problem: string };

/** What can be wrong at the same time; an empty sentence where nothing is. */
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
  #nodeWatch: ListWatch<KeptNode> | undefined;
  #cancelTelling: (() => void) | undefined;

  constructor(options: ClusterObserverOptions) {
    this.#options = options;
  }

  start(listener: ObserverListener): void {
    const { nodeName, reader, pods, clock, random } = this.#options;
    const emit = () => this.#emitSoon(listener);
    this.#nodeWatch = new ListWatch<KeptNode>({
      reader,
      path: '/api/v1/nodes',
      query: { fieldSelector: `metadata.name=${nodeName}` },
      fromCache: true,
      keep: keptNode,
      listener: {
        applied: (node) => this.#takeNode(node, emit),
        removed: () => this.#trouble('node', `node ${nodeName} is no longer known to the API server`, emit),
        problemChanged: (problem) =>
          this.#trouble(
            'nodeWatch',
            problem === null ? '' : `node ${nodeName} is not followed: ${problem.message}`,
            emit,
          ),
      },
      clock,
      random,
    });
    void this.#nodeWatch.synced.then(() => {
      if (this.#facts === undefined && this.#problems.node === '') {
        this.#trouble(
          'node',
          `node ${nodeName} is not known to the API server; correct --node-name or wait for it`,
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
      problemChanged: (sentence) => this.#trouble('pods', sentence ?? '', emit),
    });
  }

  counts(): Readonly<Record<string, ListWatchCounts>> {
    return { nodes: this.#nodeWatch?.counts ?? noCounts(), pods: this.#options.pods.counts() };
  }

  close(): void {
    this.#cancelTelling?.();
    this.#nodeWatch?.close();
    this.#options.pods.close();
    this.#options.reader.close();
  }

  #takeNode(node: KeptNode, emit: () => void): void {
    if ('problem' in node) return this.#trouble('node', node.problem, emit);
    const isNews = this.#facts === undefined || newsOf(this.#facts) !== newsOf(node) || this.#problems.node !== '';
    this.#facts = node;
    this.#problems.node = '';
    if (isNews) emit();
  }

  #trouble(what: keyof Problems, sentence: string, emit: () => void): void {
    if (this.#problems[what] === sentence) return;
    this.#problems[what] = sentence;
    emit();
  }

  #emitSoon(listener: ObserverListener): void {
    this.#cancelTelling ??= this.#options.clock.after(SETTLE_MS, () => {
      this.#cancelTelling = undefined;
      this.#emit(listener);
    });
  }

  #emit(listener: ObserverListener): void {
    const { clock, reader, pods } = this.#options;
    const wrong = Object.values(this.#problems).filter((sentence) => sentence !== '');
    // Half a node would be a wrong answer: what was told last stays.
    if (wrong.length > 0) return listener.problem(`${sentenceOf(wrong)}.`);
    if (this.#facts === undefined || this.#pods === undefined) return;
    const source = pods.name === reader.url ? reader.url : `${reader.url}, pods from ${pods.name}`;
    listener.observed({ facts: this.#facts, pods: this.#pods, observedMs: clock.nowMs(), source });
  }
}

function keptNode(object: unknown): KeptNode {
  const validation = validateNode(object);
  if (validation.accepted) return nodeFacts(validation.node);
  const [cause] = validation.causes;
  return { problem: `the Node cannot be used: ${cause?.fieldPath}: ${cause?.message}` };
}

/** Everything but the name of the state. */
function newsOf({ resourceVersion: _, ...news }: NodeFacts): string {
  return canonicalJson(news);
}

function sentenceOf(parts: readonly string[]): string {
  const text = parts.join('; ').replace(/\.$/, '');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
