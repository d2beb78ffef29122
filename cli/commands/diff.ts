/** `rollcall diff`: which pairs are placed otherwise at one moment than at another, and because of what. */
import type { Command } from 'commander';
import { EXIT } from '../../shared/errors.ts';
import type { Context } from '../context.ts';
import { fromOption, type RangeOptions, toOption } from '../options/moment-options.ts';
import { daemonSetOption, nodeOption, type PairOptions, pairFilter } from '../options/pair-options.ts';
import { renderPlacementDifferences } from '../render/diff.ts';
import { UsageError } from '../usage-error.ts';
import { placementDifferencesView } from '../view/diff-view.ts';
import type { CommandRunner } from './command-runner.ts';

export function addDiffCommand(program: Command, runner: CommandRunner): void {
  program
    .command('diff')
    .summary('say what is placed otherwise at one moment than at another, and because of what')
    .description('Which pairs are placed otherwise at one moment than at another, and because of what.')
    .addOption(fromOption('the earlier moment').makeOptionMandatory())
    .addOption(toOption('the later moment; now where it is not given'))
    .addOption(daemonSetOption())
    .addOption(nodeOption())
    .addHelpText('after', '\nExit codes: 0 nothing is placed otherwise, 1 something is, 2 or more an error.')
    .action(runner((context, options: RangeOptions & PairOptions) => showDifferences(context, options)));
}

async function showDifferences(context: Context, options: RangeOptions & PairOptions): Promise<number> {
  const { namespace } = context.globals;
  const from = context.moment(options.from, '--from');
  const to = context.moment(options.to, '--to');
  if (from === null) throw new UsageError('--from now has nothing after it to compare with; name an earlier moment');
  const asked = { ...pairFilter(options, namespace), namespace: options.daemonset === undefined ? namespace : '' };
  const view = placementDifferencesView(
    await context.ask((coordinator) => coordinator.diffPlacements({ ...asked, from, to })),
  );
  await context.answer(view, () => renderPlacementDifferences(view, context.render));
  return view.differences.length > 0 ? EXIT.changes : EXIT.ok;
}
