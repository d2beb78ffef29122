/** Who ran when, as something to draw: lanes over time, each with spans of one state, and marks for what was not as it should be. */
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
  /** In order, without overlaps. Where there is none, the pair did not exist. */
  readonly spans: readonly Span[];
  readonly marks: readonly Mark[];
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: SpanState;
  /** What a tooltip says: since when, and because of what. */
  readonly title: string;
}

/** The verdict of a pair, or of an agent, whether it answered. */
export type SpanState = 'run' | 'keep' | 'none' | 'present' | 'absent';

export interface Mark {
  readonly fromMs: number;
  /** Infinity while it lasts. */
  readonly toMs: number;
  readonly kind: MarkKind;
  readonly title: string;
}

/** A drift, or a node whose agent was silent. */
export type MarkKind = DriftKind | 'absent';

/** What a state means, for the legend. */
export const STATE_WORDS: Readonly<Record<SpanState, string>> = {
  run: 'run',
  keep: 'keep',
  none: 'none',
  present: 'agent present',
  absent: 'agent absent',
};

/** The states that occur, in the order of a legend. */
export function statesOf(lanes: readonly Lane[]): SpanState[] {
  const found = new Set(lanes.flatMap(({ spans }) => spans.map(({ state }) => state)));
  return (Object.keys(STATE_WORDS) as SpanState[]).filter((state) => found.has(state));
}

/** Lanes that look the same, under one label; the first of them stands for all. */
export interface LaneGroup {
  readonly lane: Lane;
  readonly labels: readonly string[];
}

/** `lookOf` says how a lane looks in the drawing. Groups stand where their first lane stood. */
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

/** Characters of the longest label, with what a group adds to it. */
export function longestLabel(lanes: readonly Lane[]): number {
  const longest = lanes.reduce((length, { label }) => Math.max(length, Array.from(label).length), 0);
  return longest + (lanes.length > 1 ? moreText(lanes.length - 1).length : 0);
}

/** What a label says of the other lanes of its group. */
export function moreText(others: number): string {
  return others === 0 ? '' : ` +${others}`;
}
