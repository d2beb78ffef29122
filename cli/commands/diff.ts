/** `rollcall diff`: the placements that differ between two moments, with their causes. */
import type { Command } from 'commander';
import { EXIT } from '../../shared/errors.ts';
import type { Context } from '../context.ts';
import { fromOption, type RangeOptions, toOption } from '../options/moment-options.ts';
import { daemonSetOption, nodeOption, type PairOptions, pairFilter } from '../options/pair-options.ts';
import { renderPlacementDifferences } from '../render/diff.ts';
import { UsageError } from '../usage-error.ts';
import { placementDifferencesView } from '../view/diff-view.ts';
import type { CommandRunner } from './command-runner.ts';

const EXAMPLES = `
Examples:
  # Show which placements changed in the last ten minutes
  rollcall diff --from -10m

  # Compare two revisions of the journal
  rollcall diff --from revision:209 --to revision:217

Exit codes: 0 if no placement differs, 1 if placements differ, 2 or greater on error.`;

export function addDiffCommand(program: Command, runner: CommandRunner): void {
  program
    .command('diff')
    .description('Compare the placements at two moments and show what changed them')
    .addOption(fromOption('Earlier moment').makeOptionMandatory())
    .addOption(toOption('Later moment; defaults to now'))
    .addOption(daemonSetOption())
    .addOption(nodeOption())
    .addHelpText('after', EXAMPLES)
    .action(runner((context, options: RangeOptions & PairOptions) => showDifferences(context, options)));
}

async function showDifferences(context: Context, options: RangeOptions & PairOptions): Promise<number> {
  const { namespace } = context.globals;
  const from = context.moment(options.from, '--from');
  const to = context.moment(options.to, '--to');
  if (from === null) throw new UsageError('--from must be earlier than now');
  const filter = { ...pairFilter(options, namespace), namespace: options.daemonset === undefined ? namespace : '' };
  const view = placementDifferencesView(
    await context.ask((coordinator) => coordinator.diffPlacements({ ...filter, from, to })),
  );
  await context.answer(view, () => renderPlacementDifferences(view, context.render));
  return view.differences.length > 0 ? EXIT.changes : EXIT.ok;
}
