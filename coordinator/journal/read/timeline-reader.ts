/** Reads the changes of a pair or a node between two revisions. */
import type { Database, Statement } from 'better-sqlite3';
import type { DriftBody } from '../../../shared/journal-format/event-bodies.ts';
import type { Action, DriftEvent } from '../../../shared/journal-format/events.ts';
import { ACTIONS, VERDICTS } from '../../../shared/journal-format/vocabulary.ts';
import type { DaemonSetKey } from '../../../shared/kubernetes/daemon-set-key.ts';
import type { Verdict } from '../../../shared/placement/types.ts';
import type { JournalLimits } from '../base/limits.ts';
import { IS_DECISION, IS_NOT_DECISION, isAction, isKind } from '../schema/conditions.ts';
import { splitKey } from '../schema/name-tables.ts';
import { firstColumn, rawRows } from '../schema/statements.ts';
import { ON_NODES, type OnNode, type OnNodes, type Part } from './historical-reader.ts';
import { Horizon } from './horizon.ts';
import { NodeDecisions } from './node-decisions.ts';

/** The rows after `from` and up to `to`. */
export interface Between {
  readonly from: number;
  readonly to: number;
}

/** A change of a pair or a node. */
interface Step {
  readonly revision: number;
  readonly occurredMs: number;
}

/** `null`: the pair ceased to exist. */
export interface VerdictStep extends Step {
  readonly verdict: Verdict | null;
}

export interface DriftStep extends Step {
  readonly action: DriftEvent['action'];
  readonly drift: DriftBody;
}

/** `added` and `removed` are about the node inventory. */
export interface PresenceStep extends Step {
  readonly action: 'connected' | 'absent' | 'removed' | 'added';
}

export interface PairSteps {
  /** The decision in effect at the start, if any, and those after it. */
  readonly verdicts: readonly VerdictStep[];
  readonly drifts: readonly DriftStep[];
  /** When the node was removed from the inventory, which ends its drifts without a row for each. */
  readonly removals: readonly Step[];
}

const NODES_PER_PART = 2_000;
const OF_NODE = `INDEXED BY event_by_node WHERE ${IS_NOT_DECISION} AND node_id = ?`;
const BETWEEN = 'seq > ? AND seq <= ? ORDER BY seq LIMIT ?';
const PRESENCE_ACTIONS = ['connected', 'absent'] as const satisfies readonly Action[];
const INVENTORY_ACTIONS = ['added', 'removed'] as const satisfies readonly Action[];

type VerdictRow = [seq: number, occurredMs: number, verdict: number | null];
type ActionRow = [seq: number, occurredMs: number, action: number];
type DriftRow = [...ActionRow, body: string];

export class TimelineReader {
  readonly #horizon: Horizon;
  readonly #limits: JournalLimits;
  readonly #nodeId: Statement<[string], number>;
  readonly #daemonSetId: Statement<[string, string], number>;
  readonly #onNodes: Statement<[OnNodes], OnNode>;
  readonly #decisionsOfNode: NodeDecisions;
  readonly #decisionAt: Statement<[number, number, number], VerdictRow>;
  readonly #decisions: Statement<[number, number, number, number, number], VerdictRow>;
  readonly #drifts: Statement<[number, number, number, number, number], DriftRow>;
  readonly #presences: Statement<[number, number, number, number], ActionRow>;
  readonly #inventorySteps: Statement<[number, number, number, number], ActionRow>;

  constructor(database: Database, limits: JournalLimits) {
    this.#horizon = new Horizon(database);
    this.#limits = limits;
    this.#nodeId = firstColumn(database, 'SELECT node_id FROM node WHERE name = ?');
    this.#daemonSetId = firstColumn(database, 'SELECT daemon_set_id FROM daemon_set WHERE name = ? AND namespace = ?');
    this.#onNodes = rawRows(database, ON_NODES);
    this.#decisionsOfNode = new NodeDecisions(database);
    const ofPair = `SELECT seq, recorded_ms - lag_ms, verdict FROM event INDEXED BY event_by_pair
      WHERE ${IS_DECISION} AND daemon_set_id = ? AND node_id = ?`;
    this.#decisionAt = rawRows(database, `${ofPair} AND seq <= ? ORDER BY seq DESC LIMIT 1`);
    this.#decisions = rawRows(database, `${ofPair} AND ${BETWEEN}`);
    const ofNode = `SELECT seq, recorded_ms - lag_ms, action FROM event ${OF_NODE}`;
    this.#drifts = rawRows(
      database,
      `SELECT seq, recorded_ms - lag_ms, action, body FROM event ${OF_NODE} AND ${isKind('drift')}
       AND daemon_set_id = ? AND ${BETWEEN}`,
    );
    this.#presences = rawRows(
      database,
      `${ofNode} AND ${isKind('agent')} AND ${isAction(...PRESENCE_ACTIONS)} AND ${BETWEEN}`,
    );
    this.#inventorySteps = rawRows(
      database,
      `${ofNode} AND ${isKind('node')} AND ${isAction(...INVENTORY_ACTIONS)} AND ${BETWEEN}`,
    );
  }

  /** DaemonSets placed on the node at any moment of the range, in no particular order. */
  daemonSetsOfNodeBetween(node: string, { from, to }: Between): DaemonSetKey[] {
    this.#horizon.assertRecorded(from);
    const nodeId = this.#nodeId.get(node);
    if (nodeId === undefined) return [];
    const decisions = this.#decisionsOfNode.upTo(to, nodeId, this.#limits.queryDaemonSetsMax);
    return decisions.filter(({ verdict, seq }) => verdict !== null || seq > from).map(({ daemonSet }) => daemonSet);
  }

  /** Nodes on which the DaemonSet was placed at any moment of the range, in no particular order. */
  nodesOfDaemonSetBetween(daemonSet: DaemonSetKey, { from, to }: Between, after: number): Part<string> {
    this.#horizon.assertRecorded(from);
    const daemonSetId = this.#daemonSetId.get(...splitKey(daemonSet));
    if (daemonSetId === undefined) return { values: [], next: null };
    const rows = this.#onNodes.all({ after, daemonSetId, limit: NODES_PER_PART, revision: to });
    const placed = rows.filter(([, , seq, verdict]) => seq !== null && (verdict !== null || seq > from));
    const next = rows.length < NODES_PER_PART ? null : (rows.at(-1)?.[0] ?? null);
    return { values: placed.map(([, node]) => node), next };
  }

  /** `stepsMax`: maximum number of steps of each kind, the first ones. */
  pairSteps(node: string, daemonSet: DaemonSetKey, { from, to }: Between, stepsMax: number): PairSteps {
    this.#horizon.assertRecorded(from);
    const nodeId = this.#nodeId.get(node) ?? 0;
    const daemonSetId = this.#daemonSetId.get(...splitKey(daemonSet)) ?? 0;
    const before = this.#decisionAt.get(daemonSetId, nodeId, from);
    const decisions = this.#decisions.all(daemonSetId, nodeId, from, to, stepsMax);
    const drifts = this.#drifts.all(nodeId, daemonSetId, from, to, stepsMax);
    const inventorySteps = this.#inventorySteps.all(nodeId, from, to, stepsMax);
    return {
      verdicts: [...(before ? [before] : []), ...decisions].map(([revision, occurredMs, verdict]) => {
        return { revision, occurredMs, verdict: verdict === null ? null : VERDICTS.wordOf(verdict) };
      }),
      drifts: drifts.map(([revision, occurredMs, action, body]) => {
        const drift = JSON.parse(body) as DriftBody;
        return { revision, occurredMs, action: ACTIONS.wordOf(action) as DriftEvent['action'], drift };
      }),
      removals: inventorySteps.map(stepOf).filter(({ action }) => action === 'removed'),
    };
  }

  /** `stepsMax`: maximum number of steps of each kind, the first ones. In order. */
  presenceSteps(node: string, { from, to }: Between, stepsMax: number): PresenceStep[] {
    this.#horizon.assertRecorded(from);
    const nodeId = this.#nodeId.get(node) ?? 0;
    const rows = [
      ...this.#presences.all(nodeId, from, to, stepsMax),
      ...this.#inventorySteps.all(nodeId, from, to, stepsMax),
    ];
    return rows.map(stepOf).sort((left, right) => left.revision - right.revision);
  }
}

function stepOf([revision, occurredMs, action]: ActionRow): PresenceStep {
  return { revision, occurredMs, action: ACTIONS.wordOf(action) as PresenceStep['action'] };
}
