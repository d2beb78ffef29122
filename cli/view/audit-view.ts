/** The JSON documents of `rollcall audit` (docs/cli.md). */
import type { AnchorState, RetainedRowsState } from '../../shared/journal-format/verification.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import type { DerivedTablesReport__Output } from '../../shared/rpc/generated/rollcall/v1/DerivedTablesReport.ts';
import type { GetHeadResponse__Output } from '../../shared/rpc/generated/rollcall/v1/GetHeadResponse.ts';
import type { JournalHead__Output } from '../../shared/rpc/generated/rollcall/v1/JournalHead.ts';
import type { ReplayDifference__Output } from '../../shared/rpc/generated/rollcall/v1/ReplayDifference.ts';
import type { ReplayReport__Output } from '../../shared/rpc/generated/rollcall/v1/ReplayReport.ts';
import type { VerifyReport__Output } from '../../shared/rpc/generated/rollcall/v1/VerifyReport.ts';
import { placementFromWire, verdictCodec } from '../../shared/rpc/wire.ts';
import { anchorStateCodec, retainedRowsStateCodec } from '../../shared/rpc/wire-words.ts';
import { type EventView, eventView } from './event-view.ts';
import { type InputsView, inputsView } from './inputs-view.ts';
import { type HorizonView, horizonView } from './moment-view.ts';
import { blockingReasons, reasonPhrase } from './reason-phrase.ts';
import { present, timeView } from './wire-fields.ts';

export interface HeadView {
  readonly revision: number;
  /** SHA-256 in hexadecimal digits. */
  readonly hash: string;
}

/** The newest revision, to be stored elsewhere. */
export interface PublishedHeadView extends HeadView {
  readonly recordTime: string | null;
  readonly storeId: string;
  /** The value for `audit verify --anchor`. */
  readonly anchor: string;
}

export function publishedHeadView({ head, storeId, recordTime }: GetHeadResponse__Output): PublishedHeadView {
  const newest = headView(present(head, 'head'));
  return { ...newest, recordTime: timeView(recordTime), storeId, anchor: anchorText(newest) };
}

export function anchorText({ revision, hash }: HeadView): string {
  return `${revision}:${hash}`;
}

export function headView({ revision, hash }: JournalHead__Output): HeadView {
  return { revision: Number(revision), hash: hash.toString('hex') };
}

export interface VerificationView {
  /** True if no problem was found. */
  readonly valid: boolean;
  readonly checkedRows: number;
  /** The newest valid revision. */
  readonly head: HeadView | null;
  /** The first invalid revision. */
  readonly bad: { readonly revision: number; readonly problem: string } | null;
  /** The comparison with the anchor; `null` without an anchor. */
  readonly anchor: AnchorState | null;
  /** The state of rows kept from before the retention horizon; `null` if nothing was pruned. */
  readonly retainedRows: RetainedRowsState | null;
  /** `''` if the file is intact or was not checked. */
  readonly fileProblem: string;
  readonly horizon: HorizonView | null;
}

export function verificationView(wire: VerifyReport__Output): VerificationView {
  const badRevision = Number(wire.firstInvalidRevision);
  return {
    valid: wire.valid,
    checkedRows: Number(wire.checkedCount),
    head: wire.head && headView(wire.head),
    bad: badRevision === 0 ? null : { revision: badRevision, problem: wire.chainProblem },
    anchor: anchorStateCodec.fromWire(wire.anchor) ?? null,
    retainedRows: retainedRowsStateCodec.fromWire(wire.retainedRows) ?? null,
    fileProblem: wire.fileProblem,
    horizon: horizonView(wire.horizon),
  };
}

export interface ReplayDifferenceView {
  readonly decision: EventView;
  /** The recorded verdict; `null` if the placement ended. */
  readonly recorded: Verdict | null;
  /** The verdict of the current engine and the reason. */
  readonly replayed: Verdict;
  readonly reason: string;
  readonly inputs: InputsView | null;
}

export function replayDifferenceView(wire: ReplayDifference__Output): ReplayDifferenceView {
  const { verdict, reasons } = placementFromWire(present(wire.replayed, 'replayed'));
  return {
    decision: eventView(present(wire.decision, 'decision')),
    recorded: verdictCodec.fromWire(wire.recorded) ?? null,
    replayed: verdict,
    reason: reasonPhrase(blockingReasons(reasons)),
    inputs: wire.inputs && inputsView(wire.inputs),
  };
}

/** The totals, which follow the differences. */
export interface ReplayView {
  readonly replayed: number;
  readonly different: number;
  /** Decisions that ended a placement, and those whose inputs were pruned. Neither can be replayed. */
  readonly ended: number;
  readonly missingInputs: number;
  readonly engineVersion: string;
}

export function replayView(wire: ReplayReport__Output): ReplayView {
  return {
    replayed: Number(wire.replayedCount),
    different: Number(wire.differentCount),
    ended: Number(wire.endedCount),
    missingInputs: Number(wire.missingInputsCount),
    engineVersion: wire.engineVersion,
  };
}

export interface RebuildView {
  readonly equal: boolean;
  readonly tables: readonly string[];
  readonly differingTables: readonly string[];
}

export function rebuildView({ equal, tables, differingTables }: DerivedTablesReport__Output): RebuildView {
  return { equal, tables, differingTables };
}
