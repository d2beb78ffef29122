/** Converts the timelines of a node or a DaemonSet into lanes. */
import { durationText, timeText } from '../output/time.ts';
import type { PairTimelineView, SpanView, TimelineView } from '../view/timeline-view.ts';
import type { Lane, Mark, Span, Timeline } from './timeline.ts';

/** The subject of a timeline: a node, a DaemonSet, or both. */
export interface Subject {
  readonly daemonSet: string | null;
  readonly node: string | null;
}

/** For a node, a lane for its agent and one for each DaemonSet; for a DaemonSet, a lane for each node. */
export function timelineOf(view: TimelineView, subject: Subject): Timeline {
  const { daemonSet, node } = subject;
  const pairs = view.timelines;
  const lanes = pairs.map((pair) => pairLane(pair, subject));
  return {
    subject: [daemonSet && `daemonset ${pairs[0]?.daemonSet ?? daemonSet}`, node && `node ${node}`]
      .filter((part) => part !== null)
      .join(' on '),
    fromMs: startOf(view),
    toMs: msOf(view.to.time),
    lanes: node === null ? lanes : [...agentLane(pairs[0]), ...lanes],
  };
}

/** The timeline does not begin before the first recorded event. */
function startOf({ from, timelines }: TimelineView): number {
  const fromMs = msOf(from.time);
  const starts = timelines.flatMap(({ verdicts, presences }) => [...verdicts, ...presences].map(startMsOf));
  return from.revision > 0 || starts.length === 0
    ? fromMs
    : Math.max(
        fromMs,
        starts.reduce((a, b) => Math.min(a, b)),
      );
}

function pairLane(pair: PairTimelineView, { node }: Subject): Lane {
  const absences = pair.presences.filter(({ presence }) => presence !== 'present');
  const drifts = pair.drifts.map((drift): Mark => {
    const what = [drift.kind, drift.pod && `pod ${drift.pod}`, drift.detail].filter((part) => part !== '').join(', ');
    return { ...rangeOf(drift), kind: drift.kind, title: titleOf(what, drift) };
  });
  return {
    label: node === null ? pair.node : pair.daemonSet,
    spans: pair.verdicts.map((span) => ({ ...rangeOf(span), state: span.verdict, title: titleOf(span.verdict, span) })),
    marks: node === null ? [...drifts, ...absences.map(absenceMark)] : drifts,
  };
}

/** All placements on a node have the same presences. */
function agentLane(pair: PairTimelineView | undefined): Lane[] {
  if (pair === undefined) return [];
  const spans = pair.presences.map((span): Span => {
    const state = span.presence === 'present' ? 'present' : 'absent';
    return { ...rangeOf(span), state, title: titleOf(span.presence, span) };
  });
  const absences = pair.presences.filter(({ presence }) => presence !== 'present');
  return [{ label: 'agent', spans, marks: absences.map(absenceMark) }];
}

function absenceMark(span: PairTimelineView['presences'][number]): Mark {
  return { ...rangeOf(span), kind: 'absent', title: titleOf(span.presence, span) };
}

function titleOf(what: string, span: SpanView): string {
  const { startTime, endTime, startRevision, endRevision } = span;
  const length = durationText(msOf(endTime) - msOf(startTime));
  const since = `from ${timeText(startTime)}${startRevision === null ? '' : ` (revision ${startRevision})`}`;
  const until = `to ${timeText(endTime)}${endRevision === null ? '' : ` (revision ${endRevision})`}`;
  return `${what} ${since} ${until}, ${length}`;
}

function rangeOf(span: SpanView) {
  return { fromMs: startMsOf(span), toMs: msOf(span.endTime) };
}

function startMsOf({ startTime }: SpanView): number {
  return msOf(startTime);
}

function msOf(time: string | null): number {
  return time === null ? 0 : Date.parse(time);
}
