/** `rollcall why`: the verdict for a DaemonSet on a node, with every reason. */
import type { Command } from 'commander';
import { eventKindCodec } from '../../shared/rpc/wire-words.ts';
import type { QueryClient } from '../client/query-client.ts';
import { type AtOptions, atOption } from '../options/moment-options.ts';
import { renderExplanation } from '../render/explanation.ts';
import { type DaemonSetName, type NodeName, parseResource } from '../resource-name.ts';
import { UsageError } from '../usage-error.ts';
import { type EventView, eventView } from '../view/event-view.ts';
import { type ExplanationView, explanationView } from '../view/explanation-view.ts';
import type { CommandRunner } from './command-runner.ts';

const EXAMPLES = `
Examples:
  # Explain why fluentd does not run on node gpu-1
  rollcall why daemonset/fluentd node/gpu-1

  # Explain the placement as of yesterday
  rollcall why daemonset/fluentd node/gpu-1 --at -1d`;

export function addWhyCommand(program: Command, runner: CommandRunner): void {
  program
    .command('why')
    .summary('Explain why a DaemonSet does or does not run on a node')
    .description(
      'Explain why a DaemonSet does or does not run on a node. Lists every reason, and the edits that would change the verdict.',
    )
    .argument('<daemonset/NAME>', 'The DaemonSet; daemonset/NAMESPACE/NAME if the name exists in several namespaces')
    .argument('<node/NAME>', 'The node')
    .addOption(atOption())
    .addHelpText('after', EXAMPLES)
    .action(
      runner(async (context, options, ...names) => {
        const { at }: AtOptions = options;
        const { daemonSet, node } = pairOf(names, context.globals.namespace);
        const explain = async (coordinator: QueryClient) => {
          const explanation = explanationView(await coordinator.explainPlacement(daemonSet, node.name));
          return { ...explanation, lastWrite: await newestWrite(coordinator, explanation) };
        };
        await context.answerAt(at, explain, renderExplanation);
      }),
    );
}

/** The newest outcome of a write for the pair, up to the moment of the explanation; `null` if nothing was written. */
async function newestWrite(
  coordinator: QueryClient,
  { daemonSet: key, node }: ExplanationView,
): Promise<EventView | null> {
  const [namespace = '', name = ''] = key.split('/');
  const kinds = [eventKindCodec.toWire('write')];
  const until = coordinator.asOf?.isFromJournal === true ? coordinator.asOf.revision : Number.POSITIVE_INFINITY;
  for await (const { events } of coordinator.listEvents(
    { daemonSet: { namespace, name }, nodeName: node, kinds },
    WRITES_READ_MAX,
  )) {
    const write = events.map(eventView).find((event) => isOutcome(event) && event.revision <= until);
    if (write !== undefined) return write;
  }
  return null;
}

function isOutcome({ kind, action }: EventView): boolean {
  return kind === 'write' && action !== 'intended';
}

/** An outcome follows its intent closely, and a moment in the past is seldom older than this many writes of one pair. */
const WRITES_READ_MAX = 500;

/** Accepts the names in either order. */
function pairOf(names: readonly string[], namespace: string): { daemonSet: DaemonSetName; node: NodeName } {
  const resources = names.map((name) => parseResource(name, namespace));
  const daemonSet = resources.find((resource) => resource.kind === 'daemonset');
  const node = resources.find((resource) => resource.kind === 'node');
  if (daemonSet === undefined || node === undefined) {
    throw new UsageError('why requires one DaemonSet and one node: rollcall why daemonset/NAME node/NAME');
  }
  return { daemonSet, node };
}
