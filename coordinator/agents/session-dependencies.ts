/** The interfaces that agent sessions require from the rest of the coordinator. */
import type { Logger } from 'pino';
import type { Clock } from '../../shared/clock.ts';
import type { NewEvent } from '../../shared/journal-format/events.ts';
import type { NodeReport, PodReport } from '../../shared/model/reports.ts';
import type { Counters } from '../evaluation/counters.ts';
import type { Denial } from '../identity/denials.ts';
import type { AssignmentSource } from './assignment-update.ts';

export interface SessionJournal {
  readonly storeId: string;
  readonly nextRevision: number;
  readonly durableRevision: number;
  /** False while too many rows wait to be written. */
  readonly accepting: boolean;
  append(events: readonly NewEvent[]): number;
}

export interface SessionEvaluation extends AssignmentSource {
  isInInventory(node: string): boolean;
  nodeReported(report: NodeReport): void;
  podsReported(node: string, report: PodReport): void;
  agentAbsent(node: string): void;
  /** Whether the newest reports of the agent are not in memory and must be requested again. */
  lacksReports(node: string): boolean;
}

export interface AgentSessionsOptions {
  readonly journal: SessionJournal;
  readonly evaluation: SessionEvaluation;
  /** Is called when an agent connects as a node other than its own. */
  readonly denied: (denial: Denial) => void;
  readonly clock: Clock;
  readonly log: Logger;
  readonly counters: Counters;
  readonly random: () => number;
  readonly randomId: () => string;
  readonly version: string;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** Period after the start in which no known agent becomes absent. */
  readonly startGraceMs: number;
}
