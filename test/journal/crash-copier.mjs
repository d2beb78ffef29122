// Backs up a journal while it is written (`backup FILE TARGET`), or migrates it (`migrate FILE FOLDER`). Prints `began` before and
// `ended` after that. A test kills it.
import { writeSync } from 'node:fs';
import { Journal } from '../../dist/coordinator/journal/journal.js';
import { openForWriting } from '../../dist/coordinator/journal/schema/database.js';
import { migrate } from '../../dist/coordinator/journal/schema/migrate.js';
import { systemClock } from '../../dist/shared/clock.js';

const [what, file, other] = process.argv.slice(2);
const event = {
  kind: 'coordinator',
  action: 'started',
  detail: '',
  engineVersion: '1',
  occurredMs: 1,
  cause: { trigger: 'restart', revision: 0, actor: '' },
};

await (what === 'backup' ? backUp() : migrateFile());
writeSync(1, 'ended\n');

async function backUp() {
  const onFatal = (error) => {
    throw error;
  };
  const journal = await Journal.open({ file, clock: systemClock, onFatal });
  const writing = setInterval(() => journal.append([event]), 1);
  writeSync(1, 'began\n');
  await journal.audit.backup(other);
  clearInterval(writing);
  await journal.close();
}

function migrateFile() {
  const database = openForWriting(file);
  writeSync(1, 'began\n');
  migrate(database, 1, other);
  database.close();
}
