/** The thread that has nothing to do but to look whether it gets its turn. */
import { parentPort } from 'node:worker_threads';
import { HoldProbe } from './hold-probe.ts';

const probe = new HoldProbe();
probe.start();
parentPort?.once('message', () => void probe.stop().then((spans) => parentPort?.postMessage(spans)));
parentPort?.postMessage('ready');
