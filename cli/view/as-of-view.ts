/** Of which moment an answer is, as `-o json` shows it with `--at` (docs/cli.md). */
import type { AsOf } from '../../shared/rpc/wire-moment.ts';
import { isoTime } from '../output/time.ts';

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
