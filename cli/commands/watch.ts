/** `rollcall watch`: the roll in one line, then every change as it is recorded, until Ctrl-C. */
import type { Command } from 'commander';
import { RollcallError } from '../../shared/errors.ts';
import type { QueryClient } from '../client/query-client.ts';
import { suggestName } from '../client/suggest-name.ts';
import type { Context } from '../context.ts';
import { addEventOptions, type EventOptions, eventFilter } from '../options/event-options.ts';
import { checkNames } from '../options/pair-options.ts';
import { statusLine } from '../render/status.ts';
import type { EventView } from '../view/event-view.ts';
import { statusView } from '../view/status-view.ts';
import type { CommandRunner } from './command-runner.ts';
import { eventText, follow } from './print-events.ts';

export function addWatchCommand(program: Command, runner: CommandRunner): void {
  const command = program
    .command('watch')
    .description(
      'print every change as it is recorded; acknowledgements, and decisions that change nothing for anybody, ' +
        'only with -o wide or --kind; -o json prints one object a line',
    );
  addEventOptions(command).action(runner((context, options) => watch(context, options as unknown as EventOptions)));
}

async function watch(context: Context, options: EventOptions): Promise<undefined> {
  const filter = eventFilter(options, context.globals.namespace);
  const { globals, render } = context;
  await context.ask(async (coordinator) => {
    const begin = async () => {
      await checkNames(coordinator, filter).catch((error: unknown) => tellUnknownName(error, coordinator, context));
      const status = statusView(await coordinator.getStatus());
      const isForPeople = globals.output === 'table' || globals.output === 'wide';
      return { text: isForPeople ? `${statusLine(status, render)}\n` : '', afterRevision: status.revision };
    };
    const isTold = globals.output === 'table' && filter.kinds.length === 0 ? isChange : () => true;
    await follow(coordinator, filter, context, begin, (event) =>
      isTold(event) ? eventText(event, context) : Promise.resolve(''),
    );
  });
}

/** A pair that is not wanted before nor after, and an answer that was expected, change nothing for anybody. */
function isChange({ kind, action, changes }: EventView): boolean {
  if (kind === 'assignment') return action !== 'acknowledged';
  if (kind !== 'decision') return true;
  return changes.some(({ from, to }) => (from ?? 'none') !== (to ?? 'none'));
}

/** What is not known yet may come: that is worth a word, and no end. */
async function tellUnknownName(error: unknown, coordinator: QueryClient, { io }: Context): Promise<void> {
  const known = await suggestName(error, coordinator);
  const isUnknown = known instanceof RollcallError && known.reason.startsWith('UNKNOWN_');
  if (!isUnknown) throw known;
  io.stderr.write(`rollcall: ${known.message} (waiting for it)\n`);
}
