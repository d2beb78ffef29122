/** Of which moment an answer is, as `-o json` shows it with `--at` (docs/cli.md). */

import type { AsOf } from '../../shared/model/as-of.ts';
import type { RetentionHorizon__Output } from '../../shared/rpc/generated/rollcall/v1/RetentionHorizon.ts';
import { isoTime } from '../output/time.ts';
import { timeView } from './wire-fields.ts';

export interface AsOfView {
  /** The newest row of the journal that the answer rests on. */
  readonly revision: number;
  readonly time: string | null;
  /** When that row was recorded; `null` before the first one. */
  readonly recordTime: string | null;
}

export function asOfView({ revision, timeMs, recordedMs }: AsOf): AsOfView {
  return { revision, time: isoTime(timeMs), recordTime: isoTime(recordedMs) };
}

export interface HorizonView {
  /** The newest row that was let go. */
  readonly revision: number;
  readonly recordTime: string | null;
}

/** `null` where nothing was let go. */
export function horizonView(wire: RetentionHorizon__Output | null): HorizonView | null {
  return wire && { revision: Number(wire.revision), recordTime: timeView(wire.recordTime) };
}
