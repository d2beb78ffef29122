/** Prints the moment of an answer and the retention horizon. */
import type { AsOf } from '../../shared/model/as-of.ts';
import { isoTime, timeText } from '../output/time.ts';
import type { HorizonView } from '../view/moment-view.ts';
import type { RenderOptions } from './render-options.ts';

/** The first line of an answer for the past. Ends with a newline. */
export function asOfLine({ revision, timeMs }: AsOf, { style }: Pick<RenderOptions, 'style'>): string {
  return style.fit(`${style.bold(`As of ${timeText(isoTime(timeMs))}`)}, revision ${revision}\n`);
}

export function horizonLine({ revision, recordTime }: HorizonView): string {
  const when = recordTime === null ? '' : ` (${timeText(recordTime)})`;
  return `events up to revision ${revision}${when} were pruned`;
}
