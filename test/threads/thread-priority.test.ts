/** Lowering the priority of one thread leaves the priorities of the others alone. */

import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';

/** Niceness of each thread of this process (proc(5), the 19th field of stat). */
function nicenesses(): number[] {
  return readdirSync('/proc/self/task').map((thread) => {
    const [, fields = ''] = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(/\) (?=\w )/);
    return Number(fields.split(' ')[16]);
  });
}

test.runIf(process.platform === 'linux' && getPriority() < 10)(
  'lowers the priority of the calling thread only',
  async () => {
    const before = nicenesses();
    const built = new URL('../../dist/coordinator/threads/thread-priority.js', import.meta.url).href;
    const code = `import(${JSON.stringify(built)}).then(({ lowerThreadPriority }) => {
    lowerThreadPriority();
    const { parentPort } = require('node:worker_threads');
    parentPort.once('message', () => parentPort.close());
    parentPort.postMessage('ready');
  })`;
    const worker = new Worker(code, { eval: true });
    onTestFinished(() => void worker.terminate());
    await once(worker, 'message');
    const highest = Math.max(...before);
    expect(nicenesses().filter((niceness) => niceness > highest)).toEqual([highest + 10]);
  },
);
