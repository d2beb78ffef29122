/** Says how far back the journal goes. */
import { timeText } from '../output/time.ts';
import type { HorizonView } from '../view/horizon-view.ts';

export function horizonLine({ revision, recordTime }: HorizonView): string {
  const when = recordTime === null ? '' : ` (${timeText(recordTime)})`;
  return `rows up to revision ${revision}${when} were let go; what came before is not told`;
}
