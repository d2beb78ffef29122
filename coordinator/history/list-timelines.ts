/** Lists timelines: for each pair, the verdicts, the drifts and the presence of the agent over time. */
import type { ListPage } from '../../shared/answers/list-page.ts';
import { findDaemonSet, isNamed } from '../../shared/answers/names.ts';
import { pageOfKeys } from '../../shared/answers/paging.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Presence } from '../../shared/model/presence.ts';
import type { ListTimelinesRequest__Output } from '../../shared/rpc/generated/rollcall/v1/ListTimelinesRequest.ts';
import type { Span as WireSpan } from '../../shared/rpc/generated/rollcall/v1/Span.ts';
import type { Timeline } from '../../shared/rpc/generated/rollcall/v1/Timeline.ts';
import { driftToWire, verdictCodec } from '../../shared/rpc/wire.ts';
import { daemonSetKey, daemonSetRef } from '../../shared/rpc/wire-daemon-set.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { presenceCodec } from '../../shared/rpc/wire-words.ts';
import type { DriftAt } from '../journal/read/historical-state.ts';
import type { PairSteps, PresenceStep } from '../journal/read/timeline-reader.ts';
import { TIMELINE_SPANS_MAX, TIMELINE_STEPS_MAX } from '../limits.ts';
import type { HistoricalSnapshots } from './historical-snapshots.ts';
import type { JournalPart } from './journal-reads.ts';
import { namedFilter, refuseUnknown } from './known-names.ts';
import { pageFromRange, type RangeDependencies, type RevisionRange } from './revision-range.ts';
import { driftSpans, presenceSpans, type SpanOf, verdictSpans, type Window } from './timeline-spans.ts';

export interface TimelineDependencies extends RangeDependencies {
  readonly journal: RangeDependencies['journal'] &
    JournalPart<
      never,
      | 'isKnown'
      | 'daemonSetsAt'
      | 'changedDaemonSets'
      | 'daemonSetsOfNodeBetween'
      | 'nodesOfDaemonSetBetween'
      | 'pairSteps'
      | 'presenceSteps'
    >;
  readonly snapshots: HistoricalSnapshots;
}

export const listTimelines = pageFromRange('ListTimelines', timelines);

async function timelines(
  request: ListTimelinesRequest__Output,
  range: RevisionRange,
  lastKey: string,
  dependencies: TimelineDependencies,
): Promise<ListPage<{ timelines: Timeline[] }>> {
  const pairs = await pairsOf(request, range, dependencies);
  const last = lastKey === '' ? null : { lastKey, revision: 0 };
  const page = pageOfKeys(pairs, request, last);
  const builder = new TimelineBuilder(range, dependencies);
  const built: Timeline[] = [];
  let spanCount = 0;
  for (const [index, pair] of page.items.entries()) {
    const timeline = await builder.build(pair);
    spanCount += spansIn(timeline);
    built.push(timeline);
    const isLast = index === page.items.length - 1;
    if (spanCount > TIMELINE_SPANS_MAX && !isLast) return { items: { timelines: built }, lastKey: pair };
  }
  return { items: { timelines: built }, lastKey: page.lastKey };
}

/** The pairs that existed at any moment of the range, as `DaemonSet node`, sorted. */
async function pairsOf(
  { daemonSet: ref, nodeName }: ListTimelinesRequest__Output,
  { from, to }: RevisionRange,
  dependencies: TimelineDependencies,
): Promise<string[]> {
  const { history } = dependencies.journal;
  const between = { from: from.revision, to: to.revision };
  await refuseUnknown(namedFilter(ref, '', nodeName), dependencies);
  if (nodeName !== '') {
    const keys = await history.daemonSetsOfNodeBetween(nodeName, between);
    const requested = isNamed(ref) ? keys.filter((key) => isNamedBy(ref, key)) : keys;
    return requested.map((key) => `${key} ${nodeName}`).sort();
  }
  if (!isNamed(ref)) {
    throw new RollcallError('ARGUMENT_INVALID', 'node_name and daemon_set are both empty; name one of them');
  }
  const states = [...(await history.daemonSetsAt(from.revision)), ...(await history.daemonSetsAt(to.revision))];
  const changed = await history.changedDaemonSets(between.from, between.to);
  const key = findDaemonSet(ref, new Set([...states.map((state) => state.key), ...changed]), ' in this range');
  const nodes = await history.nodesOfDaemonSetBetween(key, between);
  return nodes.map((node) => `${key} ${node}`).sort();
}

function isNamedBy(ref: { namespace?: string; name?: string }, key: DaemonSetKey): boolean {
  return ref.namespace ? key === daemonSetKey(ref) : key.endsWith(`/${ref.name}`);
}

interface NodeHistory {
  readonly before: Presence | null;
  readonly steps: readonly PresenceStep[];
}

/** Builds the timelines of one page, and reads what they share only once. */
class TimelineBuilder {
  readonly #range: RevisionRange;
  readonly #dependencies: TimelineDependencies;
  readonly #nodes = new Map<string, NodeHistory>();
  #drifts: ReadonlyMap<string, readonly DriftAt[]> | undefined;

  constructor(range: RevisionRange, dependencies: TimelineDependencies) {
    this.#range = range;
    this.#dependencies = dependencies;
  }

  async build(pair: string): Promise<Timeline> {
    const [daemonSet = '', name = ''] = pair.split(' ');
    const { from, to } = this.#range;
    const between = { from: from.revision, to: to.revision };
    const steps = await this.#dependencies.journal.history.pairSteps(name, daemonSet, between, TIMELINE_STEPS_MAX);
    const node = await this.#node(name);
    const completeMs = completeUntil(steps, node.steps);
    const window = { startMs: from.timeMs, endMs: Math.min(to.timeMs, completeMs ?? to.timeMs) };
    const drifts = await this.#driftsOf(name, daemonSet);
    return {
      daemonSet: daemonSetRef(daemonSet),
      node: { name },
      ...spansToWire(window, { steps, node, drifts }, { name, daemonSet }),
      incomplete: completeMs !== null,
      ...(completeMs !== null && { completeUntil: timeToWire(completeMs) }),
    };
  }

  async #node(name: string): Promise<NodeHistory> {
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    const { from, to } = this.#range;
    const { journal, snapshots } = this.#dependencies;
    let before: Presence | null = null;
    for await (const { presence } of snapshots.at(from).nodes([name])) before = presence;
    const between = { from: from.revision, to: to.revision };
    const history = { before, steps: await journal.history.presenceSteps(name, between, TIMELINE_STEPS_MAX) };
    this.#nodes.set(name, history);
    return history;
  }

  async #driftsOf(node: string, daemonSet: DaemonSetKey): Promise<DriftAt[]> {
    this.#drifts ??= await this.#dependencies.snapshots.at(this.#range.from).drifts();
    return (this.#drifts.get(node) ?? []).filter((drift) => drift.daemonSet === daemonSet);
  }
}

/** If a kind of steps was cut, the time of its last step; otherwise `null`. */
function completeUntil({ verdicts, drifts, removals }: PairSteps, presences: readonly PresenceStep[]): number | null {
  const cut = [verdicts, drifts, removals, presences].filter((steps) => steps.length >= TIMELINE_STEPS_MAX);
  return cut.length === 0 ? null : Math.min(...cut.map((steps) => steps.at(-1)?.occurredMs ?? 0));
}

interface PairHistory {
  readonly steps: PairSteps;
  readonly node: NodeHistory;
  readonly drifts: readonly DriftAt[];
}

function spansToWire(
  window: Window,
  { steps, node, drifts }: PairHistory,
  pair: { name: string; daemonSet: DaemonSetKey },
) {
  const isComplete = ({ occurredMs }: { occurredMs: number }) => occurredMs <= window.endMs;
  const complete = { drifts: steps.drifts.filter(isComplete), removals: steps.removals.filter(isComplete) };
  return {
    verdicts: verdictSpans(steps.verdicts.filter(isComplete), window).map((span) => {
      return { span: spanToWire(span), verdict: verdictCodec.toWire(span.value) };
    }),
    drifts: driftSpans(drifts, complete, window).map((span) => {
      const drift = { ...span.value, node: pair.name, daemonSet: pair.daemonSet };
      return { span: spanToWire(span), drift: driftToWire(drift) };
    }),
    presences: presenceSpans(node.before, node.steps.filter(isComplete), window).map((span) => {
      return { span: spanToWire(span), presence: presenceCodec.toWire(span.value) };
    }),
  };
}

function spanToWire({ startMs, endMs, startRevision, endRevision }: SpanOf<unknown>): WireSpan {
  return {
    startTime: timeToWire(startMs),
    endTime: timeToWire(endMs),
    startRevision: String(startRevision),
    endRevision: String(endRevision),
  };
}

function spansIn({ verdicts = [], drifts = [], presences = [] }: Timeline): number {
  return verdicts.length + drifts.length + presences.length;
}
