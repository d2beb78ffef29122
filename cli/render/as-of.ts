/** Says above an answer about the past of which moment it is. */
import type { AsOf } from '../../shared/rpc/wire-moment.ts';
import type { RenderOptions } from '../context.ts';
import { isoTime, timeText } from '../output/time.ts';

/** Ends with a line break. Ages in the answer are those of that moment. */
export function asOfLine({ revision, timeMs }: AsOf, { style }: Pick<RenderOptions, 'style'>): string {
  return style.fit(`${style.bold(`As of ${timeText(isoTime(timeMs))}`)}, revision ${revision}\n`);
}
