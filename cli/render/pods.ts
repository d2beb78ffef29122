/** Prints the state of a daemon pod: a word for a cell, or a line. */

import { plural } from '../../shared/plural.ts';
import { ageText } from '../output/time.ts';
import type { PodView } from '../view/placement-view.ts';

/** For example `Ready`, `CrashLoopBackOff` or `Pending`. */
export function podState({ terminating, ready, waitingReason, phase }: PodView): string {
  if (terminating) return 'Terminating';
  if (ready) return 'Ready';
  return waitingReason || (phase === 'Running' ? 'NotReady' : phase);
}

/** For example `fluentd-x2b9k: Running, ready for 3d, 2 restarts`. */
export function podLine(pod: PodView, nowMs: number): string {
  const { name, phase, ready, sinceTime, restarts, waitingReason, waitingMessage, terminating } = pod;
  const parts = [
    phase,
    `${ready ? 'ready' : 'not ready'}${sinceTime === null ? '' : ` for ${ageText(sinceTime, nowMs)}`}`,
    ...(waitingReason === '' ? [] : [`${waitingReason}${waitingMessage === '' ? '' : ` (${waitingMessage})`}`]),
    ...(restarts === 0 ? [] : [plural(restarts, 'restart')]),
    ...(terminating ? ['terminating'] : []),
  ];
  return `${name}: ${parts.join(', ')}`;
}
