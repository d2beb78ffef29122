/** `rollcall history`: what changed, from what to what, and because of what. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Coordinator } from '../client/coordinator.ts';
import type { Context } from '../context.ts';
import { renderEvent } from '../render/event.ts';
import { eventView } from '../view/event-view.ts';
import { eventKindCodec } from '../view/words.ts';
import { type CommandRunner, collect } from './command-runner.ts';
import { daemonSetOption, nodeOption, type PairOptions, pairFilter } from './lists.ts';

/** A screenful or two; --limit asks for more. */
const LIMIT_DEFAULT = 50;

interface HistoryOptions extends EventOptions {
  readonly limit: number;
  readonly oldestFirst: boolean;
}

export interface EventOptions extends PairOptions {
  readonly kind: readonly string[];
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

export function kindOption(): Option {
  return new Option('--kind <kind>', `only rows of this kind (repeatable): ${eventKindCodec.values.join(', ')}`)
    .choices(eventKindCodec.values)
    .argParser((value, before: readonly string[]) => collect(knownKind(value), before))
    .default([]);
}

/** What the coordinator is to be asked for. @throws UsageError */
export function eventFilter(options: EventOptions, namespace: string) {
  const kinds = eventKindCodec.values
    .filter((kind) => options.kind.includes(kind))
    .map((kind) => eventKindCodec.toWire(kind));
  return { ...pairFilter(options, namespace), kinds };
}

/** @throws RollcallError for a DaemonSet or a node that is not known */
export async function checkNames(coordinator: Coordinator, filter: ReturnType<typeof pairFilter>): Promise<void> {
  if (filter.nodeName !== undefined) await coordinator.getNode(filter.nodeName);
  if (filter.daemonSet !== undefined) await coordinator.getDaemonSet(filter.daemonSet);
}

async function showHistory(context: Context, options: HistoryOptions): Promise<undefined> {
  const filter = eventFilter(options, context.globals.namespace);
  const { limit, oldestFirst } = options;
  const rows = await context.ask(async (coordinator) => {
    const found = await coordinator.listEvents({ ...filter, oldestFirst }, limit);
    // Names that are gone have a history; only where there is none may the name be wrong.
    if (found.length === 0) await checkNames(coordinator, filter);
    return found;
  });
  const events = rows.map(eventView);
  await context.answer(events, () => events.map((event) => renderEvent(event, context.render)).join(''));
  if (events.length === 0) context.io.stderr.write('rollcall: nothing of the kind is recorded\n');
}

function knownKind(value: string): string {
  if (eventKindCodec.values.some((kind) => kind === value)) return value;
  throw new InvalidArgumentError(`Allowed choices are ${eventKindCodec.values.join(', ')}.`);
}

function parseLimit(text: string): number {
  const limit = /^\d+$/.test(text) ? Number(text) : 0;
  if (limit < 1 || !Number.isSafeInteger(limit)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return limit;
}
