/** `rollcall drift`: where assignments and daemon pods disagree. */
import type { Command } from 'commander';
import { DRIFT_KINDS } from '../../shared/model/drift.ts';
import type { QueryClient } from '../client/query-client.ts';
import type { Context } from '../context.ts';
import { kindOption } from '../options/event-options.ts';
import { type AtOptions, atOption } from '../options/moment-options.ts';
import { daemonSetOption, nodeOption, type PairOptions, pairFilter } from '../options/pair-options.ts';
import { renderDrifts } from '../render/drift.ts';
import { driftView } from '../view/placement-view.ts';
import type { CommandRunner } from './command-runner.ts';

interface DriftOptions extends PairOptions, AtOptions {
  readonly kind: readonly string[];
}

const EXAMPLES = `
Examples:
  # List all drift
  rollcall drift

  # List the nodes on which a daemon pod is missing or not ready
  rollcall drift --kind missing --kind unhealthy`;

export function addDriftCommand(program: Command, runner: CommandRunner): void {
  program
    .command('drift')
    .description('List drift: where assignments and daemon pods disagree, and for how long')
    .addOption(daemonSetOption())
    .addOption(nodeOption())
    .addOption(kindOption('drift', DRIFT_KINDS))
    .addOption(atOption())
    .addHelpText('after', EXAMPLES)
    .action(runner((context, options) => listDrifts(context, options as unknown as DriftOptions)));
}

async function listDrifts(context: Context, { kind: kinds, at, ...options }: DriftOptions): Promise<undefined> {
  const { namespace } = context.globals;
  const filter = pairFilter(options, namespace);
  const load = async (coordinator: QueryClient) => {
    const all = (await coordinator.listDrifts(filter)).map(driftView);
    const ofKinds = kinds.length === 0 ? all : all.filter(({ kind }) => kinds.includes(kind));
    return namespace === '' ? ofKinds : ofKinds.filter(({ daemonSet }) => daemonSet.startsWith(`${namespace}/`));
  };
  const drifts = await context.answerAt(at, load, renderDrifts);
  if (drifts.length === 0) context.io.stderr.write('rollcall: no drift found\n');
}
