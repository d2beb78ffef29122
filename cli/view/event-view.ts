/** An event as `history` and `watch` print it, and its JSON (docs/cli.md). */
import type { EventKind, Trigger } from '../../shared/journal-format/events.ts';
import type { DaemonSetKey } from '../../shared/kubernetes/daemon-set-key.ts';
import type { Event__Output } from '../../shared/rpc/generated/rollcall/v1/Event.ts';
import { daemonSetKey } from '../../shared/rpc/wire-daemon-set.ts';
import { eventKindCodec, triggerCodec } from '../../shared/rpc/wire-words.ts';
import type { InputsView } from './inputs-view.ts';
import { timeView, UNKNOWN } from './wire-fields.ts';

export interface EventView {
  readonly revision: number;
  /** When the event occurred and when it was recorded. */
  readonly occurTime: string | null;
  readonly recordTime: string | null;
  readonly kind: EventKind | typeof UNKNOWN;
  readonly action: string;
  readonly node: string | null;
  readonly daemonSet: DaemonSetKey | null;
  /** `from` is `null` for an added field, `to` is `null` for a removed field. */
  readonly changes: readonly { readonly field: string; readonly from: string | null; readonly to: string | null }[];
  readonly cause: CauseView | null;
  /** One sentence. */
  readonly message: string;
  /** Version of the placement engine in decisions and coordinator events; otherwise `''`. */
  readonly engineVersion: string;
  /** The inputs of a decision, if requested; `null` if they were pruned. */
  readonly inputs?: InputsView | null;
}

export interface CauseView {
  readonly trigger: Trigger | typeof UNKNOWN;
  /** The causing event; `null` if there is none. */
  readonly revision: number | null;
  readonly actor: string;
  readonly message: string;
}

export function eventView(wire: Event__Output): EventView {
  return {
    revision: Number(wire.revision),
    occurTime: timeView(wire.occurTime),
    recordTime: timeView(wire.recordTime),
    kind: eventKindCodec.fromWire(wire.kind) ?? UNKNOWN,
    action: wire.action,
    node: wire.node?.name || null,
    daemonSet: daemonSetKey(wire.daemonSet) || null,
    changes: wire.changes.map(({ field, from, to }) => ({ field, from: from ?? null, to: to ?? null })),
    cause: causeView(wire.cause),
    message: wire.message,
    engineVersion: wire.engineVersion,
  };
}

function causeView(wire: Event__Output['cause']): CauseView | null {
  if (wire === null) return null;
  return {
    trigger: triggerCodec.fromWire(wire.trigger) ?? UNKNOWN,
    revision: Number(wire.revision) || null,
    actor: wire.actor,
    message: wire.message,
  };
}
