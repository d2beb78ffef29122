/** Reads the node inventory at a revision, and what the journal recorded about the agents of its nodes. */
import type { Database, Statement } from 'better-sqlite3';
import type { Action, AgentEvent, AssignmentEvent, JournalEvent } from '../../../shared/journal-format/events.ts';
import { decodeRow } from '../../../shared/journal-format/row.ts';
import { ACTIONS } from '../../../shared/journal-format/vocabulary.ts';
import { IS_NOT_DECISION, isAction, isKind } from '../schema/conditions.ts';
import { firstColumn, rawRows } from '../schema/statements.ts';
import type { Part } from './historical-reader.ts';
import type { AgentAt } from './historical-state.ts';
import { Horizon } from './horizon.ts';
import type { StoredValues } from './stored-row.ts';
import { SELECT_ROWS, StoredRows } from './stored-row.ts';

/** Node names per part of an answer: about 10 ms of reading. */
const NAMES_PER_PART = 2_000;

/** A refused agent is not the agent of its node. */
const AGENT_ACTIONS: readonly Action[] = ['connected', 'disconnected', 'absent', 'superseded', 'drained'];
const OF_NODE = `INDEXED BY event_by_node WHERE ${IS_NOT_DECISION} AND node_id = ?`;
const NEWEST = 'AND seq <= ? ORDER BY seq DESC LIMIT 1';

export class InventoryReader {
  readonly #horizon: Horizon;
  readonly #rows: StoredRows;
  readonly #nodesAfter: Statement<[number, number], [number, string]>;
  readonly #nodeId: Statement<[string], number>;
  readonly #newestOfNode: Statement<[number, number], [number, number]>;
  readonly #removal: Statement<[number, number, number], number>;
  readonly #agent: Statement<[number, number], StoredValues>;
  readonly #acknowledgement: Statement<[number, number], StoredValues>;
  readonly #answer: Statement<[number, number], number>;
  readonly #start: Statement<[number], number>;

  constructor(database: Database) {
    this.#horizon = new Horizon(database);
    this.#rows = new StoredRows(database);
    this.#nodesAfter = rawRows(database, 'SELECT node_id, name FROM node WHERE node_id > ? ORDER BY node_id LIMIT ?');
    this.#nodeId = firstColumn(database, 'SELECT node_id FROM node WHERE name = ?');
    this.#newestOfNode = rawRows(database, `SELECT seq, action FROM event ${OF_NODE} AND ${isKind('node')} ${NEWEST}`);
    const isRemoval = `${isKind('node')} AND ${isAction('removed')}`;
    this.#removal = firstColumn(
      database,
      `SELECT seq FROM event ${OF_NODE} AND ${isRemoval} AND seq > ? AND seq <= ? LIMIT 1`,
    );
    const isOfAgent = `${isKind('agent')} AND ${isAction(...AGENT_ACTIONS)}`;
    this.#agent = rawRows(database, `${SELECT_ROWS} ${OF_NODE} AND ${isOfAgent} ${NEWEST}`);
    const isAcknowledgement = `${isKind('assignment')} AND ${isAction('acknowledged')}`;
    this.#acknowledgement = rawRows(database, `${SELECT_ROWS} ${OF_NODE} AND ${isAcknowledgement} ${NEWEST}`);
    this.#answer = firstColumn(database, `SELECT seq FROM event ${OF_NODE} AND ${isKind('assignment')} ${NEWEST}`);
    const isStart = `${IS_NOT_DECISION} AND ${isKind('coordinator')} AND ${isAction('started')}`;
    this.#start = firstColumn(database, `SELECT seq FROM event INDEXED BY event_by_kind WHERE ${isStart} ${NEWEST}`);
  }

  /** In no particular order. */
  nodeNamesAt(revision: number, after: number): Part<string> {
    this.#horizon.assertRecorded(revision);
    const nodes = this.#nodesAfter.all(after, NAMES_PER_PART);
    const values = nodes.filter(([id]) => this.#isInInventory(id, revision)).map(([, name]) => name);
    return { values, next: nodes.length < NAMES_PER_PART ? null : (nodes.at(-1)?.[0] ?? null) };
  }

  isInInventoryAt(name: string, revision: number): boolean {
    this.#horizon.assertRecorded(revision);
    const nodeId = this.#nodeId.get(name);
    return nodeId !== undefined && this.#isInInventory(nodeId, revision);
  }

  /** `null` when no agent connected since the node was added to the inventory. */
  agentAt(name: string, revision: number): AgentAt | null {
    this.#horizon.assertRecorded(revision);
    const startRevision = this.#start.get(revision) ?? 0;
    const nodeId = this.#nodeId.get(name) ?? 0;
    const newest = this.#event<AgentEvent>(this.#agent.get(nodeId, revision));
    if (newest === undefined || this.#wasRemovedSince(nodeId, newest.revision, revision)) return null;
    const acknowledgement = this.#event<AssignmentEvent>(this.#acknowledgement.get(nodeId, revision));
    const isHeld = acknowledgement !== undefined && !this.#wasRemovedSince(nodeId, acknowledgement.revision, revision);
    const answered = this.#answer.get(nodeId, revision) ?? 0;
    return {
      isPresent: newest.action !== 'absent',
      // A killed coordinator does not record that its streams ended; its next start implies it.
      isConnected: ['connected', 'drained'].includes(newest.action) && newest.revision > startRevision,
      lastSeenMs: Math.max(newest.lastSeenMs, isHeld && newest.action !== 'absent' ? acknowledgement.recordedMs : 0),
      acknowledgedRevision: isHeld ? acknowledgement.assignmentRevision : 0,
      digest: isHeld ? acknowledgement.digest : '',
      isRefusing: answered > Math.max(acknowledgement?.revision ?? 0, newest.revision),
    };
  }

  #isInInventory(nodeId: number, revision: number): boolean {
    const newest = this.#newestOfNode.get(nodeId, revision);
    return newest !== undefined && newest[1] !== ACTIONS.numberOf('removed');
  }

  #wasRemovedSince(nodeId: number, since: number, revision: number): boolean {
    return this.#removal.get(nodeId, since, revision) !== undefined;
  }

  #event<Event extends AgentEvent | AssignmentEvent>(values: StoredValues | undefined) {
    if (values === undefined) return undefined;
    const { seq, row } = this.#rows.rowOf(values);
    return decodeRow(seq, row) as Extract<JournalEvent, { kind: Event['kind'] }>;
  }
}
