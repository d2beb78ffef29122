/** What is different between two revisions, pair by pair. */
import type { Database, Statement } from 'better-sqlite3';
import { NamesById, splitKey } from './names.ts';
import type { PairChange } from './past-answers.ts';
import { firstColumn, rawRows } from './statements.ts';
import { TRIGGERS, VERDICTS, wordOf } from './vocabulary.ts';

type Decision = [
  seq: number,
  nodeId: number,
  before: number | null,
  verdict: number | null,
  occurredMs: number,
  trigger: number,
  causeRevision: number,
  actorId: number | null,
];

interface Pair {
  readonly first: Decision;
  last: Decision;
  count: number;
}

export class PairChanges {
  readonly #names: NamesById;
  readonly #ids: Statement<[number, number], number>;
  readonly #id: Statement<[string, string], number>;
  readonly #decisions: Statement<[number, number, number], Decision>;

  constructor(database: Database) {
    this.#names = new NamesById(database);
    const isBetween = 'daemon_set_id = daemon_set.daemon_set_id AND kind = 1 AND seq > ? AND seq <= ?';
    this.#ids = firstColumn(
      database,
      `SELECT daemon_set_id FROM daemon_set
       WHERE EXISTS (SELECT 1 FROM event INDEXED BY event_by_daemon_set WHERE event.${isBetween})
       ORDER BY namespace, name`,
    );
    this.#id = firstColumn(database, 'SELECT daemon_set_id FROM daemon_set WHERE name = ? AND namespace = ?');
    this.#decisions = rawRows(
      database,
      `SELECT seq, node_id, verdict_before, verdict, recorded_ms - lag_ms, cause_trigger, cause_seq, actor_id
       FROM event INDEXED BY event_by_daemon_set WHERE daemon_set_id = ? AND kind = 1 AND seq > ? AND seq <= ? ORDER BY seq`,
    );
  }

  /** DaemonSets of which anything was decided after `from` and up to `to`. */
  daemonSets(from: number, to: number): string[] {
    return this.#ids.all(from, to).map((id) => this.#names.daemonSets.nameOf(id) ?? '');
  }

  /** Holds one pair per node in memory, however many decisions there are. */
  ofDaemonSet(daemonSet: string, from: number, to: number): PairChange[] {
    const id = this.#id.get(...splitKey(daemonSet));
    const pairs = new Map<number, Pair>();
    for (const decision of id === undefined ? [] : this.#decisions.iterate(id, from, to)) {
      const pair = pairs.get(decision[1]);
      if (pair === undefined) pairs.set(decision[1], { first: decision, last: decision, count: 1 });
      else Object.assign(pair, { last: decision, count: pair.count + 1 });
    }
    return [...pairs.values()].flatMap((pair) => this.#change(daemonSet, pair) ?? []);
  }

  /** `undefined` for a pair that is back at what it was. */
  #change(daemonSet: string, { first, last, count }: Pair): PairChange | undefined {
    const from = verdictOf(first[2]);
    const [revision, nodeId, , verdict, occurredMs, trigger, causeRevision, actorId] = last;
    const to = verdictOf(verdict);
    if (from === to) return undefined;
    const actor = this.#names.actors.nameOf(actorId) ?? '';
    const cause = { trigger: wordOf(TRIGGERS, trigger), revision: causeRevision, actor };
    const node = this.#names.nodes.nameOf(nodeId) ?? '';
    return { node, daemonSet, from, to, decisionCount: count, revision, occurredMs, cause };
  }
}

function verdictOf(number: number | null) {
  return number === null ? null : wordOf(VERDICTS, number);
}
