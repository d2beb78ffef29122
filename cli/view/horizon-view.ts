/** How far back the journal goes (docs/cli.md). */
import type { RetentionHorizon__Output } from '../../shared/rpc/generated/rollcall/v1/RetentionHorizon.ts';
import { timeView } from './time.ts';

export interface HorizonView {
  /** The newest row that was let go. */
  readonly revision: number;
  readonly recordTime: string | null;
}

/** `null` where nothing was let go. */
export function horizonView(wire: RetentionHorizon__Output | null): HorizonView | null {
  return wire && { revision: Number(wire.revision), recordTime: timeView(wire.recordTime) };
}
