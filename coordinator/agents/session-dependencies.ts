/** What sessions need of the rest of the coordinator, and no more. */
import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import type { NewEvent } from '../../shared/journal-format/events.ts';
import type { NodeReport, PodReport } from '../../shared/model/reports.ts';
import type { Counters } from '../evaluation/counters.ts';
import type { Denial } from '../identity/denials.ts';
import type { AssignmentSource } from './assignment-update.ts';

/** What sessions need of the journal. */
export interface SessionJournal {
  readonly storeId: string;
  readonly nextRevision: number;
  readonly durableRevision: number;
  /** False while so much waits to be written that nobody should bring more. */
  readonly accepting: boolean;
  append(events: readonly NewEvent[]): number;
}

/** What sessions need of the evaluation. */
export interface SessionEvaluation extends AssignmentSource {
  isInInventory(node: string): boolean;
  nodeReported(report: NodeReport): void;
  podsReported(node: string, report: PodReport): void;
  agentAbsent(node: string): void;
  /** Whether what the node's agent last reported was not all kept, and has to be asked for again. */
  lacksReports(node: string): boolean;
}

export interface AgentSessionsOptions {
  readonly journal: SessionJournal;
  readonly evaluation: SessionEvaluation;
  /** Hears of an agent that spoke for another node than its own. */
  readonly denied: (denial: Denial) => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly counters: Counters;
  readonly random: () => number;
  readonly randomId: () => string;
  readonly version: string;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** How long after the start no node that the journal knows is called absent. */
  readonly startGraceMs: number;
}
