/**
 * Persists the state of an agent across restarts: its assignments and newest reports, in one file. The file is replaced
 * atomically by renaming.
 */
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RollcallError } from '../../shared/errors.ts';
import { makeFolder } from '../../shared/files/make-folder.ts';
import type { Logger } from '../../shared/logging.ts';
import type { Assignment } from '../../shared/model/assignment.ts';
import { assignmentDigest } from '../../shared/model/assignment-digest.ts';
import type { NodeReport, PodReport } from '../../shared/model/reports.ts';
import type { HeldAssignments } from '../stream/held-assignments.ts';
import type { Unnumbered } from '../stream/outbox.ts';

/** Version of the file format. Files of other versions are not read. */
const FORMAT = 3;
const FILE_NAME = 'agent-state.json';

export interface AgentState {
  /** Name of the node. */
  readonly node: string;
  readonly held: HeldAssignments | null;
  readonly nodeReport: Unnumbered<NodeReport> | null;
  readonly podReport: Unnumbered<PodReport> | null;
}

/** The stored state. The digest is omitted because it is computed from the assignments. */
interface StoredState extends Omit<AgentState, 'held'> {
  readonly held: {
    readonly storeId: string;
    readonly revision: number;
    readonly assignments: readonly Assignment[];
  } | null;
}

export class StateFolder {
  readonly #folder: string;
  readonly #log: Logger;
  #failing = false;

  /** @throws RollcallError ARGUMENT_INVALID if the folder cannot be created. */
  constructor(folder: string, log: Logger) {
    this.#folder = folder;
    this.#log = log;
    try {
      makeFolder(folder);
    } catch (error) {
      throw new RollcallError('ARGUMENT_INVALID', `cannot create the state folder ${folder}: ${messageOf(error)}`);
    }
  }

  /** Returns the stored state, or `null`. An invalid file is renamed; the coordinator sends all data again. */
  load(): AgentState | null {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return null;
      this.setAside(messageOf(error));
      return null;
    }
    const state = parseState(text);
    if (state !== null) return state;
    this.setAside('it is damaged or has another version');
    return null;
  }

  /** Durable when it returns. A failure is only logged, because without the file a restart costs only a snapshot. */
  save(state: AgentState): void {
    try {
      this.#write(formatState(state));
      this.#failing = false;
    } catch (error) {
      if (!this.#failing)
        this.#log.warn({ path: this.#path }, `cannot write the state of the agent: ${messageOf(error)}`);
      this.#failing = true;
    }
  }

  /** Renames the file, so that it remains available for diagnosis. */
  setAside(why: string): void {
    const aside = `${this.#path}.unusable`;
    this.#log.warn({ path: this.#path }, `the state of the agent is ignored: ${why}; the file is renamed to ${aside}`);
    try {
      renameSync(this.#path, aside);
    } catch (error) {
      this.#log.warn({ path: this.#path }, `cannot rename the state of the agent: ${messageOf(error)}`);
    }
  }

  get #path(): string {
    return join(this.#folder, FILE_NAME);
  }

  #write(text: string): void {
    const temporary = `${this.#path}.new`;
    const file = openSync(temporary, 'w', 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, this.#path);
    // Makes the rename durable.
    const folder = openSync(this.#folder, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }
}

function formatState({ held, ...state }: AgentState): string {
  const stored: StoredState = {
    ...state,
    held: held && { storeId: held.storeId, revision: held.revision, assignments: [...held.assignments.values()] },
  };
  const body = JSON.stringify(stored);
  return `${JSON.stringify({ format: FORMAT, checksum: checksumOf(body) })}\n${body}\n`;
}

/** A correct checksum means that the body is complete and has this format. */
function parseState(text: string): AgentState | null {
  const [head = '', body = ''] = text.split('\n');
  try {
    const { format, checksum } = JSON.parse(head) as { format?: unknown; checksum?: unknown };
    if (format !== FORMAT || checksum !== checksumOf(body)) return null;
    const { held, ...state } = JSON.parse(body) as StoredState;
    return { ...state, held: held && withDigest(held) };
  } catch {
    return null;
  }
}

function withDigest({ storeId, revision, assignments }: NonNullable<StoredState['held']>): HeldAssignments {
  const byDaemonSet = new Map(assignments.map((assignment) => [assignment.daemonSet, assignment]));
  return { storeId, revision, digest: assignmentDigest(assignments), assignments: byDaemonSet };
}

function checksumOf(body: string): string {
  return createHash('sha256').update(body).digest('hex');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
