/** The words for the enums of the contract, for the coordinator and the CLI. */

import type { EventKind, Trigger } from '../journal-format/events.ts';
import type { ExportFormat } from '../journal-format/export-text.ts';
import type { AnchorState, RetainedRowsState } from '../journal-format/verification.ts';
import type { Presence } from '../model/presence.ts';
import type { AcknowledgementState__Output as WireAcknowledgementState } from './generated/rollcall/v1/AcknowledgementState.ts';
import type { AnchorState__Output as WireAnchorState } from './generated/rollcall/v1/AnchorState.ts';
import type { EventKind__Output as WireEventKind } from './generated/rollcall/v1/EventKind.ts';
import type { ExportFormat__Output as WireExportFormat } from './generated/rollcall/v1/ExportFormat.ts';
import type { Presence__Output as WirePresence } from './generated/rollcall/v1/Presence.ts';
import type { RetainedRowsState__Output as WireRetainedRowsState } from './generated/rollcall/v1/RetainedRowsState.ts';
import type { Trigger__Output as WireTrigger } from './generated/rollcall/v1/Trigger.ts';
import { enumCodec } from './wire-enum.ts';

export type Acknowledgement = 'pending' | 'acknowledged' | 'refused';
export const presenceCodec = enumCodec<Presence, WirePresence>({
  present: 'PRESENCE_PRESENT',
  absent: 'PRESENCE_ABSENT',
  'never-seen': 'PRESENCE_NEVER_SEEN',
});

export const acknowledgementCodec = enumCodec<Acknowledgement, WireAcknowledgementState>({
  pending: 'ACKNOWLEDGEMENT_STATE_PENDING',
  acknowledged: 'ACKNOWLEDGEMENT_STATE_ACKNOWLEDGED',
  refused: 'ACKNOWLEDGEMENT_STATE_REFUSED',
});

export const eventKindCodec = enumCodec<EventKind, WireEventKind>({
  decision: 'EVENT_KIND_DECISION',
  node: 'EVENT_KIND_NODE',
  'daemon-set': 'EVENT_KIND_DAEMON_SET',
  agent: 'EVENT_KIND_AGENT',
  assignment: 'EVENT_KIND_ASSIGNMENT',
  pod: 'EVENT_KIND_POD',
  drift: 'EVENT_KIND_DRIFT',
  coordinator: 'EVENT_KIND_COORDINATOR',
  access: 'EVENT_KIND_ACCESS',
  write: 'EVENT_KIND_WRITE',
});

export const triggerCodec = enumCodec<Trigger, WireTrigger>({
  'node-report': 'TRIGGER_NODE_REPORT',
  'daemon-set-change': 'TRIGGER_DAEMON_SET_CHANGE',
  'node-change': 'TRIGGER_NODE_CHANGE',
  operator: 'TRIGGER_OPERATOR',
  restart: 'TRIGGER_RESTART',
  'engine-upgrade': 'TRIGGER_ENGINE_UPGRADE',
  agent: 'TRIGGER_AGENT',
  retention: 'TRIGGER_RETENTION',
  'pod-change': 'TRIGGER_POD_CHANGE',
});

export const anchorStateCodec = enumCodec<AnchorState, WireAnchorState>({
  matches: 'ANCHOR_STATE_MATCHES',
  differs: 'ANCHOR_STATE_DIFFERS',
  missing: 'ANCHOR_STATE_MISSING',
  pruned: 'ANCHOR_STATE_PRUNED',
});

export const retainedRowsStateCodec = enumCodec<RetainedRowsState, WireRetainedRowsState>({
  sealed: 'RETAINED_ROWS_STATE_SEALED',
  altered: 'RETAINED_ROWS_STATE_ALTERED',
  unsealed: 'RETAINED_ROWS_STATE_UNSEALED',
});

export const exportFormatCodec = enumCodec<ExportFormat, WireExportFormat>({
  jsonl: 'EXPORT_FORMAT_JSONL',
  csv: 'EXPORT_FORMAT_CSV',
});
