/** Turns rows of the journal into messages of the query service, each with what caused it. */

import type { JournalEvent } from '../../shared/journal-format/events.ts';
import type { Event } from '../../shared/rpc/generated/rollcall/v1/Event.ts';
import { daemonSetRef } from '../../shared/rpc/wire-daemon-set.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { eventKindCodec, triggerCodec } from '../../shared/rpc/wire-words.ts';
import type { Journal } from '../journal/journal.ts';
import { causeSentence, changesOf, eventSentence } from './event-text.ts';

/** Rows with the sentences of the rows that caused them. */
export async function eventsToWire(
  journal: Pick<Journal, 'eventsAt'>,
  rows: readonly JournalEvent[],
): Promise<Event[]> {
  const known = new Map(rows.map((row) => [row.revision, row]));
  const wanted = new Set(rows.map(({ cause }) => cause.revision).filter((revision) => revision > 0));
  const missing = [...wanted].filter((revision) => !known.has(revision));
  for (const row of missing.length > 0 ? await journal.eventsAt(missing) : []) known.set(row.revision, row);
  return rows.map((row) => eventToWire(row, known.get(row.cause.revision)));
}

function eventToWire(event: JournalEvent, causedBy: JournalEvent | undefined): Event {
  const { revision, recordedMs, cause, kind } = event;
  return {
    revision: String(revision),
    occurTime: timeToWire(event.occurredMs),
    recordTime: timeToWire(recordedMs),
    kind: eventKindCodec.toWire(kind),
    action: kind === 'decision' ? 'changed' : event.action,
    ...('node' in event && event.node !== '' && { node: { name: event.node } }),
    ...('daemonSet' in event && { daemonSet: daemonSetRef(event.daemonSet) }),
    changes: changesOf(event).map(({ field, from, to }) => ({
      field,
      ...(from !== null && { from }),
      ...(to !== null && { to }),
    })),
    cause: {
      trigger: triggerCodec.toWire(cause.trigger),
      revision: String(cause.revision),
      actor: cause.actor,
      message: causeSentence(event, causedBy),
    },
    message: eventSentence(event),
    ...('engineVersion' in event && { engineVersion: event.engineVersion }),
  };
}
