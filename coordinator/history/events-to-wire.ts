/** Converts events of the journal to messages of the contract. */
import type { JournalEvent } from '../../shared/journal-format/events.ts';
import type { Event } from '../../shared/rpc/generated/rollcall/v1/Event.ts';
import { daemonSetRef } from '../../shared/rpc/wire-daemon-set.ts';
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { eventKindCodec, triggerCodec } from '../../shared/rpc/wire-words.ts';
import type { Journal } from '../journal/journal.ts';
import { causeSentence, changesOf, eventSentence } from './event-text.ts';

/** Each message says in a sentence what caused the event. */
export async function eventsToWire(
  journal: Pick<Journal, 'eventsAt'>,
  events: readonly JournalEvent[],
): Promise<Event[]> {
  const known = new Map(events.map((event) => [event.revision, event]));
  const causes = new Set(events.map(({ cause }) => cause.revision).filter((revision) => revision > 0));
  const missing = [...causes].filter((revision) => !known.has(revision));
  for (const event of missing.length > 0 ? await journal.eventsAt(missing) : []) known.set(event.revision, event);
  return events.map((event) => eventToWire(event, known.get(event.cause.revision)));
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
