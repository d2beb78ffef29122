/**
 * Answers questions about a journal from a connection that cannot write. Synchronous; runs in a
 * thread of its own. Every answer is bounded, because nothing can interrupt a query.
 */
import type { Database } from 'better-sqlite3';
import type { JournalEvent, RetentionSeal } from '../../../shared/journal-format/events.ts';
import type { ExportFormat } from '../../../shared/journal-format/export-text.ts';
import type { RetentionHorizon } from '../journal-error.ts';
import type { JournalLimits } from '../limits.ts';
import { backUp } from '../maintenance/backup.ts';
import { RebuildCheck } from '../maintenance/rebuild.ts';
import { openForReading } from '../schema/database.ts';
import { openingProblem } from '../schema/file-problems.ts';
import { usedBytesOf } from '../schema/statements.ts';
import type { ChainCheck, ChainLink } from './chain-reader.ts';
import { ChainReader } from './chain-reader.ts';
import type { StoredState } from './current-state-reader.ts';
import { readState } from './current-state-reader.ts';
import type { PairPart } from './difference-reader.ts';
import { PairChanges } from './difference-reader.ts';
import type { EventPage, EventQuery } from './event-reader.ts';
import { EventReader } from './event-reader.ts';
import type { Chunk, ReplayedDecision } from './export-reader.ts';
import { ExportReader } from './export-reader.ts';
import type { KnownNames, Part } from './historical-reader.ts';
import { HistoricalReader } from './historical-reader.ts';
import type { AgentAt, DaemonSetAt, NodeAt, PlacementAt, PodsAt, RecordedPairChange } from './historical-state.ts';
import { Horizon } from './horizon.ts';
import { InventoryReader } from './inventory-reader.ts';
import type { EffectivePlacement } from './journal-state.ts';
import { SourceProblemReader } from './source-problem-reader.ts';
import type { Between, PairSteps, PresenceStep } from './timeline-reader.ts';
import { TimelineReader } from './timeline-reader.ts';

interface Opened {
  readonly database: Database;
  /** Made once: it costs as much as a look into an index. */
  readonly inTransaction: (answer: () => unknown) => unknown;
  readonly limits: JournalLimits;
  readonly finder: EventReader;
  readonly history: HistoricalReader;
  readonly snapshot: InventoryReader;
  readonly changes: PairChanges;
  readonly timelines: TimelineReader;
  readonly chain: ChainReader;
  readonly horizon: Horizon;
  readonly audit: ExportReader;
  readonly problems: SourceProblemReader;
}

export class JournalReader {
  #opened: Opened | undefined;
  #rebuild: RebuildCheck | undefined;

  open(file: string, limits: JournalLimits): void {
    const database = openForReading(file);
    const history = new HistoricalReader(database, limits);
    this.#opened = {
      database,
      inTransaction: database.transaction((answer: () => unknown) => answer()),
      limits,
      finder: new EventReader(database, limits),
      history,
      snapshot: new InventoryReader(database),
      changes: new PairChanges(database),
      timelines: new TimelineReader(database, limits),
      chain: new ChainReader(database),
      horizon: new Horizon(database),
      audit: new ExportReader(database, history),
      problems: new SourceProblemReader(database),
    };
  }

  state(): StoredState {
    return this.#atOnce(({ database, limits }) => readState(database, limits));
  }

  eventPage(query: EventQuery): EventPage {
    return this.#atOnce(({ finder }) => finder.page(query));
  }

  eventsAt(revisions: readonly number[]): JournalEvent[] {
    return this.#atOnce(({ finder }) => finder.at(revisions));
  }

  retentionHorizon(): RetentionHorizon {
    return this.#atOnce(({ horizon: { revision, recordedMs } }) => ({ revision, recordedMs }));
  }

  revisionAt(timeMs: number): number {
    return this.#atOnce(({ history }) => history.revisionAt(timeMs));
  }

  placementAt(node: string, daemonSet: string, revision: number): PlacementAt | undefined {
    return this.#history(revision, (history) => history.placement(node, daemonSet, revision));
  }

  placementsOfNodeAt(node: string, revision: number): readonly EffectivePlacement[] {
    return this.#history(revision, (history) => history.placementsOfNode(node, revision));
  }

  placementsOfDaemonSetAt(daemonSet: string, revision: number, after: number): Part<EffectivePlacement> {
    return this.#history(revision, (history) => history.placementsOfDaemonSet(daemonSet, revision, after));
  }

  nodeAt(node: string, revision: number): NodeAt | undefined {
    return this.#history(revision, (history) => history.node(node, revision));
  }

  nodesAt(revision: number, after: number): Part<NodeAt> {
    return this.#history(revision, (history) => history.nodes(revision, after));
  }

  nodeNamesAt(revision: number, after: number): Part<string> {
    return this.#history(revision, () => this.#open.snapshot.names(revision, after));
  }

  isInInventoryAt(node: string, revision: number): boolean {
    return this.#history(revision, () => this.#open.snapshot.has(node, revision));
  }

  agentAt(node: string, revision: number): AgentAt | null {
    return this.#history(revision, () => this.#open.snapshot.agent(node, revision));
  }

  daemonSetsAt(revision: number): DaemonSetAt[] {
    return this.#history(revision, (history) => history.daemonSets(revision));
  }

  podsOfNodeAt(node: string, revision: number): PodsAt | undefined {
    return this.#history(revision, (history) => history.pods(node, revision));
  }

  podsAt(revision: number, after: number): Part<PodsAt> {
    return this.#history(revision, (history) => history.allPods(revision, after));
  }

  driftRevisionsAt(revision: number): number[] {
    return this.#history(revision, (history) => history.driftRevisions(revision));
  }

  sourceProblemsAt(revision: number): readonly string[] {
    return this.#history(revision, () => this.#open.problems.at(revision));
  }

  changedDaemonSets(fromRevision: number, toRevision: number): string[] {
    return this.#history(toRevision, (history) => {
      history.assertKnown(fromRevision);
      return this.#open.changes.daemonSets(fromRevision, toRevision);
    });
  }

  changesOfDaemonSet(
    daemonSet: string,
    fromRevision: number,
    toRevision: number,
    part: PairPart,
  ): RecordedPairChange[] {
    return this.#history(fromRevision, () => this.#open.changes.ofDaemonSet(daemonSet, fromRevision, toRevision, part));
  }

  daemonSetsOfNodeBetween(node: string, between: Between): string[] {
    return this.#history(between.from, () => this.#open.timelines.daemonSetsOfNode(node, between));
  }

  nodesOfDaemonSetBetween(daemonSet: string, between: Between, after: number): Part<string> {
    return this.#history(between.from, () => this.#open.timelines.nodesOfDaemonSet(daemonSet, between, after));
  }

  pairSteps(node: string, daemonSet: string, between: Between, stepsMax: number): PairSteps {
    return this.#history(between.from, () => this.#open.timelines.pair(node, daemonSet, between, stepsMax));
  }

  presenceSteps(node: string, between: Between, stepsMax: number): PresenceStep[] {
    return this.#history(between.from, () => this.#open.timelines.presence(node, between, stepsMax));
  }

  isKnown(names: KnownNames): boolean {
    return this.#open.history.isKnown(names);
  }

  assertKnown(revision: number): void {
    this.#history(revision, () => undefined);
  }

  recordedAt(revision: number): number {
    return this.#atOnce(({ horizon }) => horizon.recordedAt(revision));
  }

  goOnAfter(revision: number, recordedMs: number): number {
    return this.#atOnce(({ horizon }) => horizon.goOnAfter(revision, recordedMs));
  }

  newestRevision(): number {
    return this.#open.horizon.newestRevision;
  }

  /** The newest row that was recorded before a time; 0: none that is still there. */
  newestOlderThan(timeMs: number): number {
    return this.#atOnce(({ horizon }) => horizon.lastBefore(timeMs) ?? 0);
  }

  chainStart(): ChainLink {
    return this.#open.chain.start();
  }

  checkChain(after: number, through: number): ChainCheck {
    return this.#open.chain.check(after, through);
  }

  digestKept(link: ChainLink, through: number, rowsMax: number): Omit<ChainCheck, 'bad'> {
    return this.#open.chain.digest(link, through, rowsMax);
  }

  hashAt(revision: number): string | undefined {
    return this.#atOnce(({ chain }) => chain.hashOf(revision));
  }

  /** The newest seal of a pruned journal. */
  newestSeal(): RetentionSeal | undefined {
    return this.#atOnce(({ finder }) => finder.newestSeal());
  }

  exported(format: ExportFormat, after: number, through: number): Chunk<string> {
    return this.#atOnce(({ audit }) => audit.exported(format, after, through));
  }

  replayed(after: number, through: number): Chunk<ReplayedDecision[]> {
    return this.#atOnce(({ audit }) => audit.replayed(after, through));
  }

  usedBytes(): number {
    return usedBytesOf(this.#open.database).get() ?? 0;
  }

  backUp(target: string): void {
    backUp(this.#open.database, target);
  }

  /** Reads every page; `null` when all are sound. */
  fileProblem(): string | null {
    const [first] = this.#open.database.pragma('integrity_check(1)') as { integrity_check: string }[];
    return first === undefined || first.integrity_check === 'ok' ? null : first.integrity_check;
  }

  /** Begins to hold the derived tables against a replay of the record; returns how many rows there are to replay. */
  beginRebuild(): number {
    this.#rebuild = new RebuildCheck(this.#open.database);
    return this.#rebuild.rowCount;
  }

  /** Returns how many rows were replayed, 0 at the end. */
  replayForRebuild(): number {
    return this.#rebuild?.step() ?? 0;
  }

  /** Names of the derived tables that differ. */
  endRebuild(): string[] {
    return this.#rebuild?.end() ?? [];
  }

  close(): void {
    this.#opened?.database.close();
    this.#opened = undefined;
  }

  /** A question about one moment: the horizon does not move on while it is answered. */
  #history<Answer>(revision: number, answer: (history: HistoricalReader) => Answer): Answer {
    return this.#atOnce(({ history }) => {
      history.assertKnown(revision);
      return answer(history);
    });
  }

  /** Within one transaction, so that all of the answer is of one state of the file. */
  #atOnce<Answer>(answer: (opened: Opened) => Answer): Answer {
    const opened = this.#open;
    try {
      return opened.inTransaction(() => answer(opened)) as Answer;
    } catch (error) {
      throw openingProblem(opened.database.name, error);
    }
  }

  get #open(): Opened {
    if (this.#opened === undefined) throw new Error('the journal is not open');
    return this.#opened;
  }
}
