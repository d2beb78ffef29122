/** `rollcall history`: the events of the journal, with their causes. */
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

/** About one screen. */
const LIMIT_DEFAULT = 50;

interface HistoryOptions extends EventOptions, TimeRangeOptions {
  readonly limit: number;
  readonly oldestFirst: boolean;
  readonly newestFirst: boolean;
  readonly inputs: boolean;
  readonly follow: boolean;
}

const EXAMPLES = `
Examples:
  # List the last changes of the placement of fluentd
  rollcall history --daemonset fluentd --kind decision

  # List what changed on node gpu-1 in the last two hours
  rollcall history --node gpu-1 --since -2h

  # List everything that revision 211 caused
  rollcall history --cause revision:211`;

export function addHistoryCommand(program: Command, runner: CommandRunner): void {
  const command = program.command('history').description('List changes with their causes, newest first');
  addTimeRangeOptions(addEventOptions(command))
    .option('--limit <count>', 'Maximum number of events', parseLimit, LIMIT_DEFAULT)
    .addOption(new Option('--newest-first', 'List the newest event first (the default)').default(false))
    .addOption(new Option('--oldest-first', 'List the oldest event first').default(false).conflicts('newestFirst'))
    .option('--inputs', 'Include the inputs of each decision; takes one request per decision', false)
    .addOption(
      new Option('--follow', 'Then print each event as it is recorded, until Ctrl-C')
        .default(false)
        .conflicts(['until', 'newestFirst', 'oldestFirst']),
    )
    .addHelpText('after', EXAMPLES)
    .action(runner((context, options) => showHistory(context, options as unknown as HistoryOptions)));
}

async function showHistory(context: Context, options: HistoryOptions): Promise<undefined> {
  const filter = eventFilter(options, context.globals.namespace);
  const request = {
    ...filter,
    ...timeRangeToWire(parseTimeRange(options, context.here)),
    oldestFirst: options.oldestFirst,
  };
  await context.ask(async (coordinator) => {
    if (options.follow) await followHistory(coordinator, request, filter, options, context);
    else await printHistory(coordinator, request, filter, options, context);
  });
}

async function printHistory(
  coordinator: QueryClient,
  request: ListEventsRequest,
  filter: EventFilter,
  options: HistoryOptions,
  context: Context,
): Promise<void> {
  const document = context.document();
  let count = 0;
  for await (const page of coordinator.listEvents(request, options.limit)) {
    const events = await withInputs(page.events.map(eventView), coordinator, options, context);
    count += events.length;
    for (const event of events) {
      if (document === null) context.io.stdout.write(await eventText(event, context));
      else await document.item(event);
    }
    const horizon = horizonView(page.horizon);
    if (horizon !== null) context.io.stderr.write(`rollcall: ${horizonLine(horizon)}\n`);
  }
  // A deleted object still has a history, so names are checked only if no event matches.
  if (count === 0) await checkNames(coordinator, filter);
  await document?.end();
  if (count === 0) context.io.stderr.write('rollcall: no matching events found\n');
}

/** Prints the newest events in the order of the journal, then each new event. */
async function followHistory(
  coordinator: QueryClient,
  request: ListEventsRequest,
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
    // Read before the list, so that an event recorded meanwhile is either in the list or follows it.
    const { revision: newest } = statusView(await coordinator.getStatus());
    const recorded: EventView[] = [];
    for await (const { events } of coordinator.listEvents(request, options.limit))
      recorded.push(...events.map(eventView));
    if (recorded.length === 0) await checkNames(coordinator, filter);
    recorded.reverse();
    return { text: await textOf(recorded), afterRevision: Math.max(newest, recorded.at(-1)?.revision ?? 0) };
  };
  await follow(coordinator, filter, context, begin, (event) => textOf([event]));
}

/** `-o wide` includes the inputs of decisions; JSON and YAML include them with `--inputs`. */
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
  if (limit < 1 || !Number.isSafeInteger(limit)) throw new InvalidArgumentError('must be a positive integer');
  return limit;
}
