// Appends to a journal on its real threads until a test kills it, and prints the durable revisions. With `prune` it also prunes all but
// the newest 1,500 rows.
import { writeSync } from 'node:fs';
import { Journal } from '../../dist/coordinator/journal/journal.js';
import { systemClock } from '../../dist/shared/clock.js';

const [file, pruning] = process.argv.slice(2);
const journal = await Journal.open({
  file,
  clock: systemClock,
  // As the coordinator does.
  onFatal(error) {
    writeSync(2, `${error.message}\n`);
    process.exit(1);
  },
  limits: { retainedRowsMin: 1_500, pruneRowsMax: 100 },
});
// Before the first line of output, so that a test that counts lines also hits later prunings.
if (pruning === 'prune') await journal.prune({ retainBytes: 1 });
setInterval(() => {
  const { state, problem } = journal.status();
  if (state === 'stalled') writeSync(2, `stalled: ${problem}\n`);
}, 100);
const cause = { trigger: 'restart', revision: 0, actor: '' };

for (let round = 0; ; round += 1) {
  const count = 1 + ((round * 37) % 150);
  const events = Array.from({ length: count }, (_, index) => ({
    kind: 'decision',
    occurredMs: 1,
    cause,
    node: `node-${(journal.nextRevision + index) % 1_000}`,
    daemonSet: `default/daemon-${round % 5}`,
    from: null,
    to: round % 2 === 0 ? 'run' : 'none',
    engineVersion: '1',
  }));
  const revision = journal.append(events) + count - 1;
  void journal.durable(revision).then(() => writeSync(1, `${revision}\n`));
  if (pruning === 'prune' && round % 8 === 7) void journal.prune({ retainBytes: 1 });
  // Enough rows wait for the disk that most kills hit a commit.
  if (round % 4 === 3) await journal.durable(revision);
}
