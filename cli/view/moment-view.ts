/** The moment of an answer and the retention horizon, as JSON (docs/cli.md). */

import type { AsOf } from '../../shared/model/as-of.ts';
import type { RetentionHorizon__Output } from '../../shared/rpc/generated/rollcall/v1/RetentionHorizon.ts';
import { isoTime } from '../output/time.ts';
import { timeView } from './wire-fields.ts';

export interface AsOfView {
  /** The newest revision that the answer is based on. */
  readonly revision: number;
  readonly time: string | null;
  /** When that revision was recorded; `null` before the first one. */
  readonly recordTime: string | null;
}

export function asOfView({ revision, timeMs, recordedMs }: AsOf): AsOfView {
  return { revision, time: isoTime(timeMs), recordTime: isoTime(recordedMs) };
}

export interface HorizonView {
  /** The newest revision that was pruned. */
  readonly revision: number;
  readonly recordTime: string | null;
}

/** `null` if nothing was pruned. */
export function horizonView(wire: RetentionHorizon__Output | null): HorizonView | null {
  return wire && { revision: Number(wire.revision), recordTime: timeView(wire.recordTime) };
}
