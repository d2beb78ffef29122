/**
 * The DaemonSet controller: creates and recycles the daemon pods of the cluster, keeps their ControllerRevisions and reports status.
 * It plans when a placement changes and when its watches show a change, one pass per DaemonSet at a time, and acts when the plan is
 * durable.
 */
import type { ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import type { Clock } from '../../shared/clock.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Logger } from '../../shared/logging.ts';
import type { RecordedChanges } from '../evaluation/decision-recorder.ts';
import type { OpenIntent } from '../journal/read/journal-state.ts';
import type { Hold } from '../rollout/daemon-set-plan.ts';
import type { ClusterWriter } from './cluster-writer.ts';
import { DaemonSetEvents } from './daemon-set-events.ts';
import { DaemonSetPass, NOTHING_DONE, type OwnedPlacements, type PassOutcome } from './daemon-set-pass.ts';
import { DecisionCauses } from './decision-causes.ts';
import { ForeignWriter } from './foreign-writer.ts';
import { JournaledWrites, type WriteJournal, WritesClosedError } from './journaled-writes.ts';
import { OwnedObjects } from './owned-objects.ts';
import { PassQueue } from './pass-queue.ts';
import { PodWrites } from './pod-writes.ts';
import { RevisionWrites } from './revision-writes.ts';
import { settleIntents } from './settle-intents.ts';
import { SlowStart } from './slow-start.ts';
import { StaleGuard } from './stale-guard.ts';
import { StatusWriter } from './status-writer.ts';
import { UnobservedWrites } from './unobserved-writes.ts';
import { WriteBackoff } from './write-backoff.ts';
import { WriteBudget, type WriteRate } from './write-budget.ts';

export interface DaemonSetControllerOptions {
  readonly placements: OwnedPlacements;
  readonly journal: WriteJournal;
  /** Of an earlier coordinator. */
  readonly openIntents: readonly OpenIntent[];
  /** Fenced by leadership. */
  readonly writer: ClusterWriter;
  readonly reader: ApiServerReader;
  readonly clock: Clock;
  readonly random: () => number;
  readonly randomId: () => string;
  readonly log: Logger;
  readonly rate: WriteRate;
  readonly isDryRun: boolean;
  readonly excludedNamespaces: readonly string[];
  /** Called once, with a sentence, when another controller acts on the same DaemonSets. */
  readonly foreignWriterFound: (what: string) => void;
}

export class DaemonSetController {
  readonly #options: DaemonSetControllerOptions;
  readonly #foreign: ForeignWriter;
  readonly #causes = new DecisionCauses();
  readonly #objects: OwnedObjects;
  readonly #writes: JournaledWrites;
  readonly #unobserved: UnobservedWrites;
  readonly #pass: DaemonSetPass;
  readonly #queue: PassQueue;
  readonly #holds = new Map<DaemonSetKey, readonly Hold[]>();
  #isStarted = false;

  constructor(options: DaemonSetControllerOptions) {
    this.#options = options;
    const excluded = new Set(options.excludedNamespaces);
    this.#foreign = new ForeignWriter({ found: options.foreignWriterFound });
    this.#objects = new OwnedObjects({
      ...options,
      foreign: options.isDryRun ? null : this.#foreign,
      isExcluded: (namespace) => excluded.has(namespace),
      changed: (key) => this.#changed(key),
    });
    this.#writes = new JournaledWrites(options.journal, options.clock);
    this.#unobserved = new UnobservedWrites(this.#objects.pods, options.reader, options.clock);
    this.#pass = new DaemonSetPass(this.#passOptions());
    this.#queue = new PassQueue(options.clock, (key) => this.#run(key));
  }

  /** Lists what it owns, settles the intents of an earlier coordinator, and starts to act. Call it after the sources were read. */
  async start(): Promise<void> {
    const { openIntents, log, isDryRun } = this.#options;
    await this.#objects.start();
    settleIntents(openIntents, this.#objects, this.#writes);
    this.#foreign.start(this.#objects.pods.all());
    this.#unobserved.start();
    this.#isStarted = true;
    const keys = this.#objects.daemonSetKeys();
    log.info(
      { daemonSetCount: keys.length, settledCount: openIntents.length, isDryRun },
      'DaemonSet controller started',
    );
    for (const key of keys) this.#changed(key);
  }

  /** Resolves when every request that was sent has an outcome. Every pod stays. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#writes.close();
    this.#unobserved.stop();
    await this.#queue.stop();
    this.#objects.close();
  }

  /** Placements or DaemonSets have changed. The intents that follow from it become durable together with the change. */
  recorded({ trigger, changes, daemonSets }: RecordedChanges): void {
    for (const change of changes) {
      this.#causes.decided(change, trigger);
      this.#changed(change.daemonSet);
    }
    for (const key of daemonSets) this.#changed(key);
  }

  /** Why nothing is done for the DaemonSet on the node at present. A hold without a node concerns all nodes. */
  holdsOf(key: DaemonSetKey, node: string): readonly Hold[] {
    return (this.#holds.get(key) ?? []).filter((hold) => hold.node === node || hold.node === '');
  }

  #changed(key: DaemonSetKey): void {
    const namespace = key.slice(0, key.indexOf('/'));
    if (this.#isStarted && !this.#options.excludedNamespaces.includes(namespace)) this.#queue.add(key);
  }

  async #run(key: DaemonSetKey): Promise<PassOutcome> {
    const outcome = await this.#pass.run(key).catch(outcomeOfClosing);
    this.#holds.set(key, outcome.holds);
    if (this.#objects.daemonSet(key) === undefined) {
      this.#holds.delete(key);
      this.#queue.remove(key);
    }
    return outcome;
  }

  #passOptions(): ConstructorParameters<typeof DaemonSetPass>[0] {
    const { writer, reader, clock, random, log, isDryRun, rate, placements, randomId } = this.#options;
    const objects = this.#objects;
    const writes = this.#writes;
    return {
      placements,
      objects,
      causes: this.#causes,
      podWrites: new PodWrites({ writer, reader, writes, pods: objects.pods, foreign: this.#foreign, clock, isDryRun }),
      revisionWrites: new RevisionWrites({
        writer,
        reader,
        writes,
        written: (object) => objects.revisionWritten(object),
      }),
      statusWriter: new StatusWriter({ writer, reader, foreign: this.#foreign, log }),
      events: new DaemonSetEvents({ writer, clock, log, randomId, isDryRun }),
      budget: new WriteBudget(clock, rate),
      backoff: new WriteBackoff(clock, random),
      slowStart: new SlowStart(),
      staleGuard: new StaleGuard({ reader, silentMs: () => objects.silentMs }),
      clock,
      isDryRun,
    };
  }
}

function outcomeOfClosing(error: unknown): PassOutcome {
  if (error instanceof WritesClosedError) return NOTHING_DONE;
  throw error;
}
