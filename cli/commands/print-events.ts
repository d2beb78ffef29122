/** Prints rows of the journal one by one, and follows it until Ctrl-C. */
import type { Coordinator } from '../client/coordinator.ts';
import type { Context } from '../context.ts';
import { jsonLine, yamlDocument } from '../output/document.ts';
import { renderEvent } from '../render/event.ts';
import { type EventView, eventView } from '../view/event-view.ts';
import type { EventFilter } from './event-options.ts';

/** A line for people; for programs, an object on a line, or a document. */
export async function eventText(event: EventView, { globals, render }: Context): Promise<string> {
  switch (globals.output) {
    case 'json':
      return jsonLine(event);
    case 'yaml':
      return `---\n${await yamlDocument(event)}`;
    case 'table':
    case 'wide':
    case 'svg':
      return renderEvent(event, render);
  }
}

/** Every row after a revision, over broken connections, which standard error hears of. */
export async function follow(
  coordinator: Coordinator,
  filter: EventFilter,
  afterRevision: number,
  { io }: Context,
  print: (event: EventView) => Promise<void>,
): Promise<void> {
  const { followEvents } = await import('../client/follow-events.ts');
  const events = followEvents(coordinator, {
    request: filter,
    afterRevision,
    clock: io.clock,
    signal: io.untilInterrupted(),
    tell: (sentence) => io.stderr.write(`rollcall: ${sentence}\n`),
  });
  for await (const event of events) await print(eventView(event));
}
