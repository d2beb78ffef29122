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
  await readCauses(journal, events, known);
  // An outcome of a write leads to its intent, the intent to a decision, and that to the change which explains the write.
  for (let steps = 2; steps > 0; steps--) await readCauses(journal, writesAmong(known.values()), known);
  return events.map((event) => eventToWire(event, explainingEvent(event, known)));
}

async function readCauses(
  journal: Pick<Journal, 'eventsAt'>,
  events: readonly JournalEvent[],
  known: Map<number, JournalEvent>,
): Promise<void> {
  const causes = new Set(events.map(({ cause }) => cause.revision).filter((revision) => revision > 0));
  const missing = [...causes].filter((revision) => !known.has(revision));
  for (const event of missing.length > 0 ? await journal.eventsAt(missing) : []) known.set(event.revision, event);
}

/** The writes, and the decisions that they name. */
function writesAmong(events: Iterable<JournalEvent>): JournalEvent[] {
  return [...events].filter(({ kind }) => kind === 'write' || kind === 'decision');
}

/** The cause or, for a write, the change that led to its decision; `undefined` if that did not cause the write. */
function explainingEvent(event: JournalEvent, known: ReadonlyMap<number, JournalEvent>): JournalEvent | undefined {
  const cause = known.get(event.cause.revision);
  if (event.kind !== 'write') return cause;
  if (cause?.kind === 'write') return explainingEvent(cause, known);
  return event.cause.trigger === 'pod-change' ? undefined : known.get(cause?.cause.revision ?? 0);
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
