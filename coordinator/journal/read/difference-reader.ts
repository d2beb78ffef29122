/** Finds the pairs whose verdicts at two revisions differ. */
import type { Database, Statement } from 'better-sqlite3';
import { TRIGGERS, VERDICTS } from '../../../shared/journal-format/vocabulary.ts';
import { IS_DECISION } from '../schema/conditions.ts';
import { NamesById, splitKey } from '../schema/name-tables.ts';
import { firstColumn, rawRows } from '../schema/statements.ts';
import type { RecordedPairChange } from './historical-state.ts';
import { Horizon } from './horizon.ts';

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

/** Selects part of the changed pairs of a DaemonSet. */
export interface PairPart {
  /** Only this node. */
  readonly node?: string | undefined;
  /** Only nodes whose names sort after it. */
  readonly afterNode?: string;
  readonly limit: number;
}

export class DifferenceReader {
  readonly #horizon: Horizon;
  readonly #names: NamesById;
  readonly #ids: Statement<[number, number], number>;
  readonly #id: Statement<[string, string], number>;
  readonly #nodeId: Statement<[string], number>;
  readonly #decisions: Statement<[number, number, number], Decision>;
  readonly #decisionsOnNode: Statement<[number, number, number, number], Decision>;

  constructor(database: Database) {
    this.#horizon = new Horizon(database);
    this.#names = new NamesById(database);
    const isBetween = `daemon_set_id = daemon_set.daemon_set_id AND ${IS_DECISION} AND seq > ? AND seq <= ?`;
    this.#ids = firstColumn(
      database,
      `SELECT daemon_set_id FROM daemon_set
       WHERE EXISTS (SELECT 1 FROM event INDEXED BY event_by_daemon_set WHERE event.${isBetween})
       ORDER BY namespace, name`,
    );
    this.#id = firstColumn(database, 'SELECT daemon_set_id FROM daemon_set WHERE name = ? AND namespace = ?');
    this.#nodeId = firstColumn(database, 'SELECT node_id FROM node WHERE name = ?');
    const columns = 'seq, node_id, verdict_before, verdict, recorded_ms - lag_ms, cause_trigger, cause_seq, actor_id';
    const between = 'seq > ? AND seq <= ? ORDER BY seq';
    this.#decisions = rawRows(
      database,
      `SELECT ${columns} FROM event INDEXED BY event_by_daemon_set
       WHERE daemon_set_id = ? AND ${IS_DECISION} AND ${between}`,
    );
    this.#decisionsOnNode = rawRows(
      database,
      `SELECT ${columns} FROM event INDEXED BY event_by_pair
       WHERE ${IS_DECISION} AND daemon_set_id = ? AND node_id = ? AND ${between}`,
    );
  }

  /** DaemonSets with a decision after `from` and up to `to`, sorted. */
  changedDaemonSets(from: number, to: number): string[] {
    this.#horizon.assertRecorded(to);
    this.#horizon.assertRecorded(from);
    return this.#ids.all(from, to).map((id) => this.#names.daemonSets.nameOf(id) ?? '');
  }

  /** Sorted by node. Holds one pair per node in memory, whatever the number of decisions. */
  changesOfDaemonSet(
    daemonSet: string,
    from: number,
    to: number,
    { node, afterNode = '', limit }: PairPart,
  ): RecordedPairChange[] {
    this.#horizon.assertRecorded(from);
    const pairs = new Map<number, Pair>();
    for (const decision of this.#decisionsOf(daemonSet, from, to, node)) {
      const pair = pairs.get(decision[1]);
      if (pair === undefined) pairs.set(decision[1], { first: decision, last: decision, count: 1 });
      else Object.assign(pair, { last: decision, count: pair.count + 1 });
    }
    const changes = [...pairs.values()].flatMap((pair) => this.#change(daemonSet, pair) ?? []);
    const selected = changes.filter((change) => change.node > afterNode);
    return selected.sort((left, right) => (left.node < right.node ? -1 : 1)).slice(0, limit);
  }

  #decisionsOf(daemonSet: string, from: number, to: number, node: string | undefined): Iterable<Decision> {
    const id = this.#id.get(...splitKey(daemonSet));
    if (id === undefined) return [];
    if (node === undefined) return this.#decisions.iterate(id, from, to);
    return this.#decisionsOnNode.iterate(id, this.#nodeId.get(node) ?? 0, from, to);
  }

  /** `undefined` for a pair that has its first verdict again. */
  #change(daemonSet: string, { first, last, count }: Pair): RecordedPairChange | undefined {
    const from = verdictOf(first[2]);
    const [revision, nodeId, , verdict, occurredMs, trigger, causeRevision, actorId] = last;
    const to = verdictOf(verdict);
    if (from === to) return undefined;
    const actor = this.#names.actors.nameOf(actorId) ?? '';
    const cause = { trigger: TRIGGERS.wordOf(trigger), revision: causeRevision, actor };
    const node = this.#names.nodes.nameOf(nodeId) ?? '';
    return { node, daemonSet, from, to, decisionCount: count, revision, occurredMs, cause };
  }
}

function verdictOf(number: number | null) {
  return number === null ? null : VERDICTS.wordOf(number);
}
