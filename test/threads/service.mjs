// A service for the tests of threads. Like the coordinator's services, it runs from the built files.
const { serveThread } = await import('../../dist/coordinator/threads/thread-port.js');
const { RollcallError } = await import('../../dist/shared/errors.js');
const { JOURNAL_ERRORS, JournalError } = await import('../../dist/coordinator/journal/base/journal-error.js');
const { ROLLCALL_ERRORS } = await import('../../dist/coordinator/history/rollcall-errors.js');

const held = [];

const service = {
  numbers: (count) => Array.from({ length: count }, (_, index) => index),
  bytes: async (count) => new Uint8Array(count).fill(7),
  /** Resolves when `release` is called. */
  hold: () => new Promise((resolve) => held.push(resolve)),
  release: () => held.splice(0).forEach((resolve) => resolve('released')),
  refuse: async () => {
    throw new RollcallError('UNKNOWN_NODE', 'no node n9', { metadata: { name: 'n9' }, retryAfterMs: 5 });
  },
  refuseInJournal: () => {
    throw new JournalError('before-retention', 'pruned', { horizon: { revision: 7, recordedMs: 8 } });
  },
  fail: () => {
    throw new TypeError('a bug');
  },
  end: () => process.exit(3),
};

serveThread(service, [JOURNAL_ERRORS, ROLLCALL_ERRORS]);
