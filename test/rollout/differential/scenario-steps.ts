/** Shorthand for the steps of scenarios. */
import type { Step } from './scenario.ts';
import type { Side } from './side.ts';

export const NO_SCHEDULE = { key: 'dedicated', value: 'db', effect: 'NoSchedule' };
export const NO_EXECUTE = { key: 'dedicated', value: 'db', effect: 'NoExecute' };

/** `pods`: the nodes with pods afterwards, separated by blanks. */
export function step(what: string, act: Step['act'], pods: string): Step {
  return { what, act, pods: pods === '' ? [] : pods.split(' ') };
}

export async function nodes(side: Side, ...names: readonly string[]): Promise<void> {
  for (const name of names) await side.addNode(name);
}
