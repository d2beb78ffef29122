/** The numbers that stand for words in the journal's rows: position + 1. Words are only ever added, at the end. */
import type { Verdict } from '../placement/types.ts';
import type { EventKind, NewEvent, TriggerName } from './events.ts';

export const KINDS = [
  'decision',
  'node',
  'daemon-set',
  'agent',
  'assignment',
  'pod',
  'drift',
  'coordinator',
  'access',
] as const satisfies readonly EventKind[];

export const ACTIONS = [
  'added',
  'changed',
  'removed',
  'rejected',
  'accepted',
  'connected',
  'disconnected',
  'absent',
  'refused',
  'superseded',
  'drained',
  'acknowledged',
  'began',
  'ended',
  'started',
  'stopped',
  'problem',
  'pruned',
  'denied',
] as const satisfies readonly Action[];

export const TRIGGERS = [
  'node-report',
  'daemon-set-change',
  'node-change',
  'operator',
  'restart',
  'engine-upgrade',
  'agent',
  'retention',
] as const satisfies readonly TriggerName[];

export const VERDICTS = ['run', 'keep', 'none'] as const satisfies readonly Verdict[];

export type Action = Extract<NewEvent, { action: string }>['action'];

export function numberOf<Word extends string>(words: readonly Word[], word: Word): number {
  const index = words.indexOf(word);
  if (index < 0) throw new TypeError(`the journal has no number for ${JSON.stringify(word)}`);
  return index + 1;
}

export function wordOf<Word extends string>(words: readonly Word[], number: number): Word {
  const word = words[number - 1];
  if (word === undefined) throw new RangeError(`the journal has no word for number ${number}`);
  return word;
}
