/** The JSON document of `rollcall timeline`: spans of verdicts, drift and presence (docs/cli.md). */
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Presence } from '../../shared/model/presence.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import type { ListTimelinesResponse__Output } from '../../shared/rpc/generated/rollcall/v1/ListTimelinesResponse.ts';
import type { Span__Output } from '../../shared/rpc/generated/rollcall/v1/Span.ts';
import type { Timeline__Output } from '../../shared/rpc/generated/rollcall/v1/Timeline.ts';
import { verdictCodec } from '../../shared/rpc/wire.ts';
import { daemonSetKey } from '../../shared/rpc/wire-daemon-set.ts';
import { asOfFromWire } from '../../shared/rpc/wire-moment.ts';
import { presenceCodec } from '../../shared/rpc/wire-words.ts';
import { type AsOfView, asOfView } from './moment-view.ts';
import { type DriftView, driftView } from './placement-view.ts';
import { present, timeView, UNKNOWN } from './wire-fields.ts';

export interface TimelineView {
  /** The time range. */
  readonly from: AsOfView;
  readonly to: AsOfView;
  /** One for each placement that existed in the range. */
  readonly timelines: readonly PairTimelineView[];
}

export interface PairTimelineView {
  readonly daemonSet: DaemonSetKey;
  readonly node: string;
  /** Gaps are times in which the placement did not exist. */
  readonly verdicts: readonly (SpanView & { readonly verdict: Verdict })[];
  /** Spans of different kinds may overlap. */
  readonly drifts: readonly (SpanView & Pick<DriftView, 'kind' | 'pod' | 'detail'>)[];
  /** The presence of the node's agent. */
  readonly presences: readonly (SpanView & { readonly presence: Presence | typeof UNKNOWN })[];
  /** Set if the placement changed too often to return all spans: they are complete up to this time. */
  readonly completeUntilTime: string | null;
}

export interface SpanView {
  readonly startTime: string;
  readonly endTime: string;
  /** The revision that started the span; `null` if none did. */
  readonly startRevision: number | null;
  /** The revision that ended the span; `null` if it had not ended. */
  readonly endRevision: number | null;
}

/**
 * `pages` are the pages of one request, at least one. If events are pruned between pages, a later page begins later. All
 * spans then begin there.
 */
export function timelineView(pages: readonly ListTimelinesResponse__Output[]): TimelineView {
  const last = pages.at(-1);
  const from = asOfView(asOfFromWire(present(last?.from ?? null, 'from')));
  const pairs = pages.flatMap(({ timelines }) => timelines.map(pairView));
  const isLater = from.revision > Number(pages[0]?.from?.revision ?? 0);
  return {
    from,
    to: asOfView(asOfFromWire(present(last?.to ?? null, 'to'))),
    timelines: isLater ? pairs.flatMap((pair) => pairSince(from, pair) ?? []) : pairs,
  };
}

/** The timeline from a moment on; `null` if the placement no longer existed. */
function pairSince(from: AsOfView, pair: PairTimelineView): PairTimelineView | null {
  const verdicts = spansSince(from, pair.verdicts);
  if (verdicts.length === 0) return null;
  const [drifts, presences] = [spansSince(from, pair.drifts), spansSince(from, pair.presences)];
  return { ...pair, verdicts, drifts, presences };
}

function spansSince<Span extends SpanView>({ revision, time }: AsOfView, spans: readonly Span[]): Span[] {
  return spans
    .filter(({ endRevision }) => endRevision === null || endRevision > revision)
    .map((span) => (time !== null && span.startTime < time ? { ...span, startTime: time } : span));
}

function pairView(wire: Timeline__Output): PairTimelineView {
  return {
    daemonSet: daemonSetKey(wire.daemonSet),
    node: wire.node?.name ?? '',
    verdicts: wire.verdicts.map(({ span, verdict }) => ({
      verdict: verdictCodec.fromWire(verdict) ?? 'none',
      ...spanView(span),
    })),
    drifts: wire.drifts.map(({ span, drift }) => {
      const { kind, pod, detail } = driftView(present(drift, 'drift'));
      return { kind, pod, detail, ...spanView(span) };
    }),
    presences: wire.presences.map(({ span, presence }) => ({
      presence: presenceCodec.fromWire(presence) ?? UNKNOWN,
      ...spanView(span),
    })),
    completeUntilTime: wire.incomplete ? timeView(wire.completeUntil) : null,
  };
}

function spanView(wire: Span__Output | null): SpanView {
  const { startTime, endTime, startRevision, endRevision } = present(wire, 'span');
  return {
    startTime: present(timeView(startTime), 'start_time'),
    endTime: present(timeView(endTime), 'end_time'),
    startRevision: Number(startRevision) || null,
    endRevision: Number(endRevision) || null,
  };
}
