/** The model of a timeline: lanes with spans of one state each, and marks for drift and absence. */
import type { DriftKind } from '../../shared/model/drift.ts';

export interface Timeline {
  /** For example `node gpu-1`. */
  readonly subject: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly lanes: readonly Lane[];
}

export interface Lane {
  readonly label: string;
  /** In order, without overlaps. Gaps are times in which the placement did not exist. */
  readonly spans: readonly Span[];
  readonly marks: readonly Mark[];
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: SpanState;
  /** Text of the tooltip. */
  readonly title: string;
}

/** The verdict of a placement or the presence of an agent. */
export type SpanState = 'run' | 'keep' | 'none' | 'present' | 'absent';

export interface Mark {
  readonly fromMs: number;
  /** Infinity if it has not ended. */
  readonly toMs: number;
  readonly kind: MarkKind;
  readonly title: string;
}

/** A drift kind, or the absence of an agent. */
export type MarkKind = DriftKind | 'absent';

/** The words of the legend. */
export const STATE_WORDS: Readonly<Record<SpanState, string>> = {
  run: 'run',
  keep: 'keep',
  none: 'none',
  present: 'agent present',
  absent: 'agent absent',
};

/** The states that occur, in the order of the legend. */
export function statesOf(lanes: readonly Lane[]): SpanState[] {
  const found = new Set(lanes.flatMap(({ spans }) => spans.map(({ state }) => state)));
  return (Object.keys(STATE_WORDS) as SpanState[]).filter((state) => found.has(state));
}

/** Lanes that look the same and are drawn once, as the first of them. */
export interface LaneGroup {
  readonly lane: Lane;
  readonly labels: readonly string[];
}

/** Groups lanes with the same `lookOf`. Groups are in the order of their first lanes. */
export function groupLanes(lanes: readonly Lane[], lookOf: (lane: Lane) => string): LaneGroup[] {
  const groups = new Map<string, { lane: Lane; labels: string[] }>();
  for (const lane of lanes) {
    const look = lookOf(lane);
    const group = groups.get(look);
    if (group === undefined) groups.set(look, { lane, labels: [lane.label] });
    else group.labels.push(lane.label);
  }
  return [...groups.values()];
}

/** Length of the longest label in characters, including the suffix of a group. */
export function longestLabel(lanes: readonly Lane[]): number {
  const longest = lanes.reduce((length, { label }) => Math.max(length, Array.from(label).length), 0);
  return longest + (lanes.length > 1 ? moreText(lanes.length - 1).length : 0);
}

/** The suffix of a label for the other lanes of its group. */
export function moreText(others: number): string {
  return others === 0 ? '' : ` +${others}`;
}
