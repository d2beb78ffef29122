/** Prints rows of the journal one by one, and follows it until Ctrl-C. */
import type { QueryClient } from '../client/query-client.ts';
import type { Context } from '../context.ts';
import type { EventFilter } from '../options/event-options.ts';
import { jsonLine, yamlDocument } from '../output/document.ts';
import { renderEvent } from '../render/event.ts';
import { type EventView, eventView } from '../view/event-view.ts';

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

/** What is printed first, and after which revision to go on. */
export interface Beginning {
  readonly text: string;
  readonly afterRevision: number;
}

/** Asks for the beginning, then for every row after it, over broken connections, which standard error hears of. */
export async function follow(
  coordinator: QueryClient,
  filter: EventFilter,
  { io }: Context,
  begin: () => Promise<Beginning>,
  textOf: (event: EventView) => Promise<string>,
): Promise<void> {
  const { RetryPolicy } = await import('../client/retry-policy.ts');
  const { followEvents } = await import('../client/follow-events.ts');
  const signal = io.untilInterrupted();
  const emit = (sentence: string) => io.stderr.write(`rollcall: ${sentence}\n`);
  const retryPolicy = new RetryPolicy({ clock: io.clock, signal, emit });
  const begun = await retryPolicy.answer(coordinator, begin);
  if (begun === null) return;
  io.stdout.write(begun.text);
  const { afterRevision } = begun;
  for await (const event of followEvents(coordinator, { request: filter, afterRevision, retryPolicy, signal, emit })) {
    io.stdout.write((await retryPolicy.answer(coordinator, () => textOf(eventView(event)))) ?? '');
  }
}
