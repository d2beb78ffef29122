/** `rollcall watch`: a summary of the cluster, then each change as it is recorded, until Ctrl-C. */
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

const EXAMPLES = `
Examples:
  # Watch all changes
  rollcall watch

  # Watch drift on node gpu-1
  rollcall watch --node gpu-1 --kind drift`;

export function addWatchCommand(program: Command, runner: CommandRunner): void {
  const command = program
    .command('watch')
    .summary('Watch changes as they are recorded')
    .description(
      'Watch changes as they are recorded, until Ctrl-C. Acknowledgements, and decisions that do not change a verdict, ' +
        'are printed only with -o wide or --kind, and intents of writes only with -o wide. -o json prints one object per line.',
    )
    .addHelpText('after', EXAMPLES);
  addEventOptions(command).action(runner((context, options) => watch(context, options as unknown as EventOptions)));
}

async function watch(context: Context, options: EventOptions): Promise<undefined> {
  const filter = eventFilter(options, context.globals.namespace);
  const { globals, render } = context;
  await context.ask(async (coordinator) => {
    const begin = async () => {
      await checkNames(coordinator, filter).catch((error: unknown) => reportUnknownName(error, coordinator, context));
      const status = statusView(await coordinator.getStatus());
      const isText = globals.output === 'table' || globals.output === 'wide';
      return { text: isText ? `${statusLine(status, render)}\n` : '', afterRevision: status.revision };
    };
    const isShown = globals.output === 'table' && filter.kinds.length === 0 ? isChange : () => true;
    await follow(coordinator, filter, context, begin, (event) =>
      isShown(event) ? eventText(event, context) : Promise.resolve(''),
    );
  });
}

/** Leaves out acknowledgements and decisions that do not change a verdict. */
function isChange({ kind, action, changes }: EventView): boolean {
  if (kind === 'assignment') return action !== 'acknowledged';
  if (kind !== 'decision') return true;
  return changes.some(({ from, to }) => (from ?? 'none') !== (to ?? 'none'));
}

/** Reports an unknown name without failing, because the object may be added later. */
async function reportUnknownName(error: unknown, coordinator: QueryClient, { io }: Context): Promise<void> {
  const known = await suggestName(error, coordinator);
  const isUnknown = known instanceof RollcallError && known.reason.startsWith('UNKNOWN_');
  if (!isUnknown) throw known;
  io.stderr.write(`rollcall: ${known.message} (waiting for it to be added)\n`);
}
