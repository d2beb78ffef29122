/** `rollcall nodes`, `daemonsets`, `agents` and `drift`: plain lists. */
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { renderDaemonSets } from '../render/daemon-sets.ts';
import { renderDrifts } from '../render/drift.ts';
import { renderAgents, renderNodes } from '../render/nodes.ts';
import { daemonSetView } from '../view/daemon-set-view.ts';
import { agentView, nodeView } from '../view/node-view.ts';
import { driftView } from '../view/placement-view.ts';
import type { CommandRunner } from './command-runner.ts';
import { daemonSetOption, nodeOption, type PairOptions, pairFilter } from './pair-options.ts';

export function addListCommands(program: Command, runner: CommandRunner): void {
  program.command('nodes').description('the nodes of the roll').action(runner(listNodes));
  program.command('daemonsets').description('the DaemonSets and their counts').action(runner(listDaemonSets));
  program.command('agents').description("the nodes' agents and their sessions").action(runner(listAgents));
  program
    .command('drift')
    .description('where assignments and reality disagree')
    .addOption(daemonSetOption())
    .addOption(nodeOption())
    .action(runner(listDrifts));
}

async function listNodes(context: Context): Promise<undefined> {
  const nodes = (await context.ask((coordinator) => coordinator.listNodes())).map(nodeView);
  await context.answer(nodes, () => renderNodes(nodes, context.render));
}

async function listDaemonSets(context: Context): Promise<undefined> {
  const { namespace } = context.globals;
  const all = (await context.ask((coordinator) => coordinator.listDaemonSets())).map(daemonSetView);
  const daemonSets = all.filter((daemonSet) => namespace === '' || daemonSet.namespace === namespace);
  await context.answer(daemonSets, () => renderDaemonSets(daemonSets, context.render));
}

async function listAgents(context: Context): Promise<undefined> {
  const agents = (await context.ask((coordinator) => coordinator.listAgents())).map(agentView);
  await context.answer(agents, () => renderAgents(agents, context.render));
}

async function listDrifts(context: Context, options: PairOptions): Promise<undefined> {
  const filter = pairFilter(options, context.globals.namespace);
  const drifts = (await context.ask((coordinator) => coordinator.listDrifts(filter))).map(driftView);
  await context.answer(drifts, () => renderDrifts(drifts, context.render));
  if (drifts.length === 0) context.io.stderr.write('rollcall: no drift\n');
}
