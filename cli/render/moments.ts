/** Says above an answer about the past of which moment it is. */

import type { AsOf } from '../../shared/model/as-of.ts';
import { isoTime, timeText } from '../output/time.ts';
import type { HorizonView } from '../view/moment-view.ts';
import type { RenderOptions } from './render-options.ts';

/** Ends with a line break. Ages in the answer are those of that moment. */
export function asOfLine({ revision, timeMs }: AsOf, { style }: Pick<RenderOptions, 'style'>): string {
  return style.fit(`${style.bold(`As of ${timeText(isoTime(timeMs))}`)}, revision ${revision}\n`);
}

export function horizonLine({ revision, recordTime }: HorizonView): string {
  const when = recordTime === null ? '' : ` (${timeText(recordTime)})`;
  return `rows up to revision ${revision}${when} were let go; what came before is not told`;
}
