/** Computes the spans of a timeline from the changes of a pair. Pure. */

import type { Drift } from '../../shared/model/drift.ts';
import type { Presence } from '../../shared/model/presence.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import type { DriftAt } from '../journal/read/historical-state.ts';
import type { DriftStep, PairSteps, PresenceStep, VerdictStep } from '../journal/read/timeline-reader.ts';

/** The time range of a timeline. */
export interface Window {
  readonly startMs: number;
  readonly endMs: number;
}

export interface SpanOf<Value> {
  readonly value: Value;
  readonly startMs: number;
  readonly endMs: number;
  /** Revision of the event that began the span; 0 if it is unknown. */
  readonly startRevision: number;
  /** Revision of the event that ended the span; 0 if the span reaches the end of the timeline. */
  readonly endRevision: number;
}

interface ValueStep<Value> {
  readonly revision: number;
  readonly occurredMs: number;
  /** `null`: there is no value from here on. */
  readonly value: Value | null;
}

/** `steps`: in the order of the journal. There is no value before the first one. */
function spansOf<Value>(steps: readonly ValueStep<Value>[], window: Window): SpanOf<Value>[] {
  const spans: SpanOf<Value>[] = [];
  let open: Omit<SpanOf<Value>, 'endMs' | 'endRevision'> | undefined;
  let timeMs = window.startMs;
  for (const { revision, occurredMs, value } of steps) {
    // The clocks of agents differ, so the order of the journal takes precedence.
    timeMs = Math.min(window.endMs, Math.max(timeMs, occurredMs));
    if (open !== undefined) spans.push({ ...open, endMs: timeMs, endRevision: revision });
    open = value === null ? undefined : { value, startMs: timeMs, startRevision: revision };
  }
  if (open !== undefined) spans.push({ ...open, endMs: window.endMs, endRevision: 0 });
  return spans;
}

export function verdictSpans(steps: readonly VerdictStep[], window: Window): SpanOf<Verdict>[] {
  return spansOf(
    steps.map(({ verdict, ...step }) => ({ ...step, value: verdict })),
    window,
  );
}

/** `before`: the value at the beginning; `null` if the node did not exist. */
export function presenceSpans(
  before: Presence | null,
  steps: readonly PresenceStep[],
  window: Window,
): SpanOf<Presence>[] {
  let value = before;
  const values: ValueStep<Presence>[] = [{ revision: 0, occurredMs: window.startMs, value }];
  for (const { revision, occurredMs, action } of steps) {
    const next = presenceAfter(action, value);
    if (next !== value) values.push({ revision, occurredMs, value: next });
    value = next;
  }
  return spansOf(values, window);
}

function presenceAfter(action: PresenceStep['action'], before: Presence | null): Presence | null {
  if (action === 'connected') return 'present';
  if (action === 'absent') return 'absent';
  // Without a node inventory, an agent connects before its node is known.
  return action === 'removed' ? null : (before ?? 'never-seen');
}

type PairDrifts = Pick<PairSteps, 'drifts' | 'removals'>;
type Removal = PairDrifts['removals'][number];

/** `before`: the drifts of the pair at the beginning. */
export function driftSpans(
  before: readonly DriftAt[],
  { drifts, removals }: PairDrifts,
  window: Window,
): SpanOf<Drift>[] {
  const [of] = before;
  const histories = new Map<string, ValueStep<Drift>[]>();
  const historyOf = (drift: Pick<Drift, 'kind' | 'podName'>) => {
    const key = `${drift.kind} ${drift.podName}`;
    const known = histories.get(key) ?? [];
    histories.set(key, known);
    return known;
  };
  for (const { effectiveRevision, ...drift } of before) {
    historyOf(drift).push({ revision: effectiveRevision, occurredMs: drift.sinceMs, value: drift });
  }
  for (const step of merged(drifts, removals)) {
    if ('drift' in step) takeDrift(historyOf(step.drift), step, of);
    else for (const history of histories.values()) endDrift(history, step);
  }
  const spans = [...histories.values()].flatMap((history) => spansOf(history, window));
  return spans.sort((left, right) => left.startMs - right.startMs);
}

function takeDrift(history: ValueStep<Drift>[], step: DriftStep, of: Drift | undefined): void {
  const { revision, occurredMs, action } = step;
  const drift: Drift = { node: of?.node ?? '', daemonSet: of?.daemonSet ?? '', ...step.drift };
  const open = history.at(-1);
  if (action === 'ended') endDrift(history, step);
  // A drift that changes its detail is the same drift, with the newest detail.
  else if (open != null && open.value !== null) history[history.length - 1] = { ...open, value: drift };
  else history.push({ revision, occurredMs, value: drift });
}

function endDrift(
  history: ValueStep<Drift>[],
  { revision, occurredMs }: Pick<DriftStep, 'revision' | 'occurredMs'>,
): void {
  if ((history.at(-1)?.value ?? null) !== null) history.push({ revision, occurredMs, value: null });
}

function merged(drifts: PairDrifts['drifts'], removals: PairDrifts['removals']): (DriftStep | Removal)[] {
  return [...drifts, ...removals].sort((left, right) => left.revision - right.revision);
}
