/**
 * Maps the words of events to the numbers in the columns of rows. A number is never reused: a new word gets the next one. A word that is
 * added to the type without a number here does not compile.
 */
import type { Verdict } from '../placement/types.ts';
import type { Action, EventKind, NewEvent, Trigger } from './events.ts';

/** Words and their numbers: 1, 2, 3, ... without gaps. */
export class Vocabulary<Word extends string> {
  /** In the order of their numbers. */
  readonly words: readonly Word[];
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(numbers: Readonly<Record<Word, number>>) {
    const entries = Object.entries<number>(numbers) as [Word, number][];
    this.words = entries.sort(([, left], [, right]) => left - right).map(([word]) => word);
    this.#numbers = new Map(entries);
  }

  /** @throws TypeError for a word that has no number */
  numberOf(word: Word): number {
    const number = this.#numbers.get(word);
    if (number === undefined) throw new TypeError(`the journal has no number for ${JSON.stringify(word)}`);
    return number;
  }

  /** @throws RangeError for a number that has no word */
  wordOf(number: number): Word {
    const word = this.words[number - 1];
    if (word === undefined) throw new RangeError(`the journal has no word for number ${number}`);
    return word;
  }
}

export const KINDS = new Vocabulary<EventKind>({
  decision: 1,
  node: 2,
  'daemon-set': 3,
  agent: 4,
  assignment: 5,
  pod: 6,
  drift: 7,
  coordinator: 8,
  access: 9,
  write: 10,
});

type SubjectOf<Event> = Event extends { node: string }
  ? Event extends { daemonSet: string }
    ? 'pair'
    : 'node'
  : Event extends { daemonSet: string }
    ? 'daemon-set'
    : 'none';

/** The names that the events of a kind have: a node, a DaemonSet, both, or none. */
export const SUBJECTS: { readonly [Kind in EventKind]: SubjectOf<Extract<NewEvent, { kind: Kind }>> } = {
  decision: 'pair',
  node: 'node',
  'daemon-set': 'daemon-set',
  agent: 'node',
  assignment: 'node',
  pod: 'node',
  drift: 'pair',
  coordinator: 'none',
  access: 'node',
  write: 'pair',
};

/** In the order of their numbers. */
export const NODE_KINDS = kindsWith('node');
export const DAEMON_SET_KINDS = kindsWith('daemon-set');

function kindsWith(name: 'node' | 'daemon-set'): readonly EventKind[] {
  return KINDS.words.filter((kind) => SUBJECTS[kind] === name || SUBJECTS[kind] === 'pair');
}

export const ACTIONS = new Vocabulary<Action>({
  added: 1,
  changed: 2,
  removed: 3,
  rejected: 4,
  accepted: 5,
  connected: 6,
  disconnected: 7,
  absent: 8,
  refused: 9,
  superseded: 10,
  drained: 11,
  acknowledged: 12,
  began: 13,
  ended: 14,
  started: 15,
  stopped: 16,
  problem: 17,
  pruned: 18,
  denied: 19,
  intended: 20,
  succeeded: 21,
  failed: 22,
  skipped: 23,
});

export const TRIGGERS = new Vocabulary<Trigger>({
  'node-report': 1,
  'daemon-set-change': 2,
  'node-change': 3,
  operator: 4,
  restart: 5,
  'engine-upgrade': 6,
  agent: 7,
  retention: 8,
  'pod-change': 9,
});

export const VERDICTS = new Vocabulary<Verdict>({ run: 1, keep: 2, none: 3 });
