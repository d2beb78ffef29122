/** `rollcall history`: what changed, from what to what, and because of what. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ListEventsRequest } from '../../shared/rpc/generated/rollcall/v1/ListEventsRequest.ts';
import { decisionInputs } from '../client/decision-inputs.ts';
import type { QueryClient } from '../client/query-client.ts';
import type { Context } from '../context.ts';
import { parseTimeRange, type TimeRangeOptions, timeRangeToWire } from '../moment/time-range.ts';
import { addEventOptions, type EventFilter, type EventOptions, eventFilter } from '../options/event-options.ts';
import { addTimeRangeOptions } from '../options/moment-options.ts';
import { checkNames } from '../options/pair-options.ts';
import { horizonLine } from '../render/moments.ts';
import { type EventView, eventView } from '../view/event-view.ts';
import { horizonView } from '../view/moment-view.ts';
import { statusView } from '../view/status-view.ts';
import type { CommandRunner } from './command-runner.ts';
import { eventText, follow } from './print-events.ts';

/** A screenful or two; --limit asks for more. */
const LIMIT_DEFAULT = 50;

interface HistoryOptions extends EventOptions, TimeRangeOptions {
  readonly limit: number;
  readonly oldestFirst: boolean;
  readonly newestFirst: boolean;
  readonly inputs: boolean;
  readonly follow: boolean;
}

export function addHistoryCommand(program: Command, runner: CommandRunner): void {
  const command = program
    .command('history')
    .description('what changed, from what to what, and because of what; newest first');
  addTimeRangeOptions(addEventOptions(command))
    .option('--limit <rows>', 'at most so many rows', parseLimit, LIMIT_DEFAULT)
    .addOption(new Option('--newest-first', 'from the newest row back').default(false))
    .addOption(new Option('--oldest-first', 'from the first row on').default(false).conflicts('newestFirst'))
    .option('--inputs', 'also what each decision was made from, which asks for each', false)
    .addOption(
      new Option('--follow', 'then go on with every row as it is recorded, until Ctrl-C')
        .default(false)
        .conflicts(['until', 'newestFirst', 'oldestFirst']),
    )
    .action(runner((context, options) => showHistory(context, options as unknown as HistoryOptions)));
}

async function showHistory(context: Context, options: HistoryOptions): Promise<undefined> {
  const filter = eventFilter(options, context.globals.namespace);
  const question = {
    ...filter,
    ...timeRangeToWire(parseTimeRange(options, context.here)),
    oldestFirst: options.oldestFirst,
  };
  await context.ask(async (coordinator) => {
    if (options.follow) await followHistory(coordinator, question, filter, options, context);
    else await printHistory(coordinator, question, filter, options, context);
  });
}

async function printHistory(
  coordinator: QueryClient,
  question: ListEventsRequest,
  filter: EventFilter,
  options: HistoryOptions,
  context: Context,
): Promise<void> {
  const document = context.document();
  let count = 0;
  for await (const page of coordinator.listEvents(question, options.limit)) {
    const events = await withInputs(page.events.map(eventView), coordinator, options, context);
    count += events.length;
    for (const event of events) {
      if (document === null) context.io.stdout.write(await eventText(event, context));
      else await document.item(event);
    }
    const horizon = horizonView(page.horizon);
    if (horizon !== null) context.io.stderr.write(`rollcall: ${horizonLine(horizon)}\n`);
  }
  // Names that are gone have a history; only where there is none may the name be wrong.
  if (count === 0) await checkNames(coordinator, filter);
  await document?.end();
  if (count === 0) context.io.stderr.write('rollcall: nothing of the kind is recorded\n');
}

/** The newest rows in the order of the record, then every one that comes. */
async function followHistory(
  coordinator: QueryClient,
  question: ListEventsRequest,
  filter: EventFilter,
  options: HistoryOptions,
  context: Context,
): Promise<void> {
  const textOf = async (events: readonly EventView[]) => {
    let text = '';
    for (const event of await withInputs(events, coordinator, options, context))
      text += await eventText(event, context);
    return text;
  };
  const begin = async () => {
    // Asked first, so that a row that comes meanwhile is in the list, or comes after it.
    const { revision: newest } = statusView(await coordinator.getStatus());
    const recorded: EventView[] = [];
    for await (const { events } of coordinator.listEvents(question, options.limit))
      recorded.push(...events.map(eventView));
    if (recorded.length === 0) await checkNames(coordinator, filter);
    recorded.reverse();
    return { text: await textOf(recorded), afterRevision: Math.max(newest, recorded.at(-1)?.revision ?? 0) };
  };
  await follow(coordinator, filter, context, begin, (event) => textOf([event]));
}

/** With `-o wide`, people see what a decision was made from; programs ask for it. */
function withInputs(
  events: readonly EventView[],
  coordinator: QueryClient,
  { inputs }: HistoryOptions,
  { globals }: Context,
): Promise<readonly EventView[]> | readonly EventView[] {
  return inputs || globals.output === 'wide' ? decisionInputs(coordinator, events) : events;
}

function parseLimit(text: string): number {
  const limit = /^\d+$/.test(text) ? Number(text) : 0;
  if (limit < 1 || !Number.isSafeInteger(limit)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return limit;
}
