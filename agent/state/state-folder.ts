/**
 * What an agent keeps over its own restart: the assignments that it holds and its newest reports. One
 * file, always whole: it is written beside the old one and renamed over it.
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

/** Of what is in the file; another one is not ours to read. */
const FORMAT = 2;
const FILE_NAME = 'agent-state.json';

export interface AgentState {
  /** Name of the node that all of it is about. */
  readonly node: string;
  readonly held: HeldAssignments | null;
  readonly nodeReport: Unnumbered<NodeReport> | null;
  readonly podReport: Unnumbered<PodReport> | null;
}

/** The state as it is written: a digest is left out, because it follows from the assignments. */
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

  /** @throws RollcallError ARGUMENT_INVALID where the folder cannot be made. */
  constructor(folder: string, log: Logger) {
    this.#folder = folder;
    this.#log = log;
    try {
      makeFolder(folder);
    } catch (error) {
      throw new RollcallError('ARGUMENT_INVALID', `the state folder ${folder} cannot be made: ${messageOf(error)}`);
    }
  }

  /** What was kept, or `null`. A file that cannot be used is set aside: the coordinator sends all again. */
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
    this.setAside('it is damaged, or of another version');
    return null;
  }

  /** Durable when it returns. A full disk is a warning only: without the file a restart costs a snapshot. */
  save(state: AgentState): void {
    try {
      this.#write(formatState(state));
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#log.warn({ path: this.#path }, `the agent's state cannot be kept: ${messageOf(error)}`);
      this.#failing = true;
    }
  }

  /** Keeps the file for people, out of the agent's way. */
  setAside(why: string): void {
    const aside = `${this.#path}.unusable`;
    this.#log.warn({ path: this.#path }, `the agent's state is not used: ${why}; it is kept as ${aside}`);
    try {
      renameSync(this.#path, aside);
    } catch (error) {
      this.#log.warn({ path: this.#path }, `the agent's state cannot be set aside: ${messageOf(error)}`);
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
    // The rename itself must be on disk as well.
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

/** The checksum vouches for what is inside: it was written by this format, and whole. */
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
