/** `rollcall nodes`, `daemonsets`, `agents` and `drift`: plain lists. */

import type { Command } from 'commander';
import { DRIFT_KINDS } from '../../shared/model/drift.ts';
import type { QueryClient } from '../client/query-client.ts';
import type { Context } from '../context.ts';
import { kindOption } from '../options/event-options.ts';
import { type AtOptions, atOption } from '../options/moment-options.ts';
import { daemonSetOption, nodeOption, type PairOptions, pairFilter } from '../options/pair-options.ts';
import { renderDaemonSets } from '../render/daemon-sets.ts';
import { renderDrifts } from '../render/drift.ts';
import { renderAgents, renderNodes } from '../render/nodes.ts';
import { daemonSetView } from '../view/daemon-set-view.ts';
import { agentView, nodeView } from '../view/node-view.ts';
import { driftView } from '../view/placement-view.ts';
import type { CommandRunner } from './command-runner.ts';

interface DriftOptions extends PairOptions, AtOptions {
  readonly kind: readonly string[];
}

export function addListCommands(program: Command, runner: CommandRunner): void {
  program
    .command('nodes')
    .description('the nodes of the roll')
    .addOption(atOption())
    .action(runner((context, options: AtOptions) => listNodes(context, options)));
  program
    .command('daemonsets')
    .description('the DaemonSets and their counts')
    .addOption(atOption())
    .action(runner((context, options: AtOptions) => listDaemonSets(context, options)));
  program.command('agents').description("the nodes' agents and their sessions").action(runner(listAgents));
  program
    .command('drift')
    .description('where assignments and reality disagree, and for how long')
    .addOption(daemonSetOption())
    .addOption(nodeOption())
    .addOption(kindOption('drift', DRIFT_KINDS))
    .addOption(atOption())
    .action(runner((context, options) => listDrifts(context, options as unknown as DriftOptions)));
}

async function listNodes(context: Context, { at }: AtOptions): Promise<undefined> {
  await context.answerAt(at, async (coordinator) => (await coordinator.listNodes()).map(nodeView), renderNodes);
}

async function listDaemonSets(context: Context, { at }: AtOptions): Promise<undefined> {
  const { namespace } = context.globals;
  const load = async (coordinator: QueryClient) => {
    const all = (await coordinator.listDaemonSets()).map(daemonSetView);
    return all.filter((daemonSet) => namespace === '' || daemonSet.namespace === namespace);
  };
  await context.answerAt(at, load, renderDaemonSets);
}

async function listAgents(context: Context): Promise<undefined> {
  const agents = (await context.ask((coordinator) => coordinator.listAgents())).map(agentView);
  await context.answer(agents, () => renderAgents(agents, context.render));
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
  if (drifts.length === 0) context.io.stderr.write('rollcall: no drift\n');
}
