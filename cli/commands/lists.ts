/** `rollcall nodes`, `daemonsets` and `agents`: one table each. */
import type { Command } from 'commander';
import type { QueryClient } from '../client/query-client.ts';
import type { Context } from '../context.ts';
import { type AtOptions, atOption } from '../options/moment-options.ts';
import { renderDaemonSets } from '../render/daemon-sets.ts';
import { renderAgents, renderNodes } from '../render/nodes.ts';
import { daemonSetView } from '../view/daemon-set-view.ts';
import { agentView, nodeView } from '../view/node-view.ts';
import type { CommandRunner } from './command-runner.ts';

export function addListCommands(program: Command, runner: CommandRunner): void {
  program
    .command('nodes')
    .description('List nodes and their counts')
    .addOption(atOption())
    .action(runner((context, options: AtOptions) => listNodes(context, options)));
  program
    .command('daemonsets')
    .description('List DaemonSets and their counts')
    .addOption(atOption())
    .action(runner((context, options: AtOptions) => listDaemonSets(context, options)));
  program.command('agents').description('List agents and their sessions').action(runner(listAgents));
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
