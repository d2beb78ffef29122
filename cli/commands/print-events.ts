/** Prints events one by one, and follows the journal until Ctrl-C. */
import type { QueryClient } from '../client/query-client.ts';
import type { Context } from '../context.ts';
import type { EventFilter } from '../options/event-options.ts';
import { jsonLine, yamlDocument } from '../output/document.ts';
import { renderEvent } from '../render/event.ts';
import { type EventView, eventView } from '../view/event-view.ts';

/** One line of text or JSON, or one YAML document. Intents are printed only with `-o wide` and as JSON or YAML: outcomes repeat them. */
export async function eventText(event: EventView, { globals, render }: Context): Promise<string> {
  if (globals.output === 'table' && event.kind === 'write' && event.action === 'intended') return '';
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

/** The text to print first, and the revision after which to continue. */
export interface Beginning {
  readonly text: string;
  readonly afterRevision: number;
}

/** Prints the beginning, then each event after it. Reconnects when the connection breaks, and reports that on standard error. */
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
