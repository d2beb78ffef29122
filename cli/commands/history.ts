/** `rollcall history`: what changed, from what to what, and because of what. */
import { type Command, InvalidArgumentError } from 'commander';
import type { Event__Output } from '../../shared/rpc/generated/rollcall/v1/Event.ts';
import type { Context } from '../context.ts';
import { renderEvent } from '../render/event.ts';
import { eventView } from '../view/event-view.ts';
import type { CommandRunner } from './command-runner.ts';
import { type EventOptions, eventFilter, kindOption } from './event-options.ts';
import { checkNames, daemonSetOption, nodeOption } from './pair-options.ts';

/** A screenful or two; --limit asks for more. */
const LIMIT_DEFAULT = 50;

interface HistoryOptions extends EventOptions {
  readonly limit: number;
  readonly oldestFirst: boolean;
}

export function addHistoryCommand(program: Command, runner: CommandRunner): void {
  program
    .command('history')
    .description('what changed, from what to what, and because of what; newest first')
    .addOption(daemonSetOption())
    .addOption(nodeOption())
    .addOption(kindOption())
    .option('--limit <rows>', 'at most so many rows', parseLimit, LIMIT_DEFAULT)
    .option('--oldest-first', 'from the first row on', false)
    .action(runner((context, options) => showHistory(context, options as unknown as HistoryOptions)));
}

async function showHistory(context: Context, options: HistoryOptions): Promise<undefined> {
  const filter = eventFilter(options, context.globals.namespace);
  const { limit, oldestFirst } = options;
  const rows = await context.ask(async (coordinator) => {
    const found: Event__Output[] = [];
    for await (const { events } of coordinator.listEvents({ ...filter, oldestFirst }, limit)) found.push(...events);
    // Names that are gone have a history; only where there is none may the name be wrong.
    if (found.length === 0) await checkNames(coordinator, filter);
    return found;
  });
  const events = rows.map(eventView);
  await context.answer(events, () => events.map((event) => renderEvent(event, context.render)).join(''));
  if (events.length === 0) context.io.stderr.write('rollcall: nothing of the kind is recorded\n');
}

function parseLimit(text: string): number {
  const limit = /^\d+$/.test(text) ? Number(text) : 0;
  if (limit < 1 || !Number.isSafeInteger(limit)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return limit;
}
