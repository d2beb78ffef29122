/** Waits until the journal has written what an answer is based on (docs/invariants.md, 1). */
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { Journal } from '../journal/journal.ts';
import { ANSWER_DURABLE_TIMEOUT_MS } from '../limits.ts';

interface DurabilityDependencies {
  readonly journal: Pick<Journal, 'durableRevision' | 'durable' | 'status'>;
  readonly clock: Pick<Clock, 'after'>;
}

/** @throws RollcallError JOURNAL_STALLED if it takes too long */
export function whenDurable({ journal, clock }: DurabilityDependencies, revision: number): Promise<void> {
  if (revision <= journal.durableRevision) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ANSWER_DURABLE_TIMEOUT_MS, () => {
      const { problem } = journal.status();
      reject(new RollcallError('JOURNAL_STALLED', `the journal cannot write${problem === '' ? '' : `: ${problem}`}`));
    });
    journal.durable(revision).then(resolve, reject).finally(cancel);
  });
}
