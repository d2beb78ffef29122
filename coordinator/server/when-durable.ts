/** Waits for the journal, so that no answer leaves before all that it may rest on is on disk (docs/invariants.md, 1). */
import type { Clock } from '../../shared/clock.ts';
import { RollcallError } from '../../shared/errors.ts';
import type { Journal } from '../journal/journal.ts';
import { ANSWER_DURABLE_TIMEOUT_MS } from '../limits.ts';

interface Waited {
  readonly journal: Pick<Journal, 'durableRevision' | 'durable' | 'status'>;
  readonly clock: Clock;
}

/** Not for ever. @throws RollcallError JOURNAL_STALLED. */
export function whenDurable({ journal, clock }: Waited, revision: number): Promise<void> {
  if (revision <= journal.durableRevision) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ANSWER_DURABLE_TIMEOUT_MS, () => {
      const { problem } = journal.status();
      reject(new RollcallError('JOURNAL_STALLED', `the journal cannot write${problem === '' ? '' : `: ${problem}`}`));
    });
    journal.durable(revision).then(resolve, reject).finally(cancel);
  });
}
