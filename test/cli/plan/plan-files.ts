/** The input files of most tests of `rollcall plan`, and the call that plans on them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DaemonSet, Node } from '../../../shared/kubernetes/objects.ts';
import { temporaryFolder } from '../../fakes/temporary-folder.ts';
import { daemonSet, node } from '../../plan/objects.ts';
import { runCli } from '../run-cli.ts';

export const TAINT = { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' };
export const NODES = [
  node('gpu-1', { disktype: 'ssd' }, [TAINT]),
  node('worker-1', { disktype: 'ssd' }),
  node('worker-2', { disktype: 'ssd' }),
  node('worker-3', { disktype: 'hdd' }),
  node('worker-4'),
];
export const CACHE = daemonSet('cache', { nodeSelector: { disktype: 'ssd' } });
export const EVERYWHERE = daemonSet('everywhere', { tolerations: [{ operator: 'Exists' }] });

export function list(items: readonly (DaemonSet | Node)[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
}

/** Creates a directory with ds.json and nodes.json. */
export function files(more: Record<string, string> = {}): (name: string) => string {
  const folder = temporaryFolder();
  const contents = { 'ds.json': list([CACHE, EVERYWHERE]), 'nodes.json': list(NODES), ...more };
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), content);
  return (name) => join(folder, name);
}

export function planOn(path: (name: string) => string, ...more: string[]) {
  return runCli(['plan', '-f', path('ds.json'), '--nodes', path('nodes.json'), ...more]);
}
