/** The words of the contract's enumerations, as the design writes them: one list for both sides. */
import { enumCodec } from './wire-enum.ts';

export type Presence = 'present' | 'absent' | 'never-seen';
export type Acknowledgement = 'pending' | 'acknowledged' | 'refused';
export type EventKind =
  | 'decision'
  | 'node'
  | 'daemon-set'
  | 'agent'
  | 'assignment'
  | 'pod'
  | 'drift'
  | 'coordinator'
  | 'access';
export type Trigger =
  | 'node-report'
  | 'daemon-set-change'
  | 'node-change'
  | 'operator'
  | 'restart'
  | 'engine-upgrade'
  | 'agent'
  | 'retention';

export const presenceCodec = enumCodec<Presence>()('PRESENCE', ['present', 'absent', 'never-seen']);

export const acknowledgementCodec = enumCodec<Acknowledgement>()('ACKNOWLEDGEMENT_STATE', [
  'pending',
  'acknowledged',
  'refused',
]);

export const eventKindCodec = enumCodec<EventKind>()('EVENT_KIND', [
  'decision',
  'node',
  'daemon-set',
  'agent',
  'assignment',
  'pod',
  'drift',
  'coordinator',
  'access',
]);

export const triggerCodec = enumCodec<Trigger>()('TRIGGER', [
  'node-report',
  'daemon-set-change',
  'node-change',
  'operator',
  'restart',
  'engine-upgrade',
  'agent',
  'retention',
]);

export type AnchorState = 'matches' | 'differs' | 'missing' | 'pruned';
export type KeptState = 'sealed' | 'altered' | 'unsealed';
export type ExportFormat = 'jsonl' | 'csv';

export const anchorStateCodec = enumCodec<AnchorState>()('ANCHOR_STATE', ['matches', 'differs', 'missing', 'pruned']);
export const keptStateCodec = enumCodec<KeptState>()('KEPT_STATE', ['sealed', 'altered', 'unsealed']);
export const exportFormatCodec = enumCodec<ExportFormat>()('EXPORT_FORMAT', ['jsonl', 'csv']);
