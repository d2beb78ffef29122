/** `rollcall timeline`: draws verdicts, drift and agent presence over time, for a terminal or as SVG. */
import type { Command } from 'commander';
import { RollcallError } from '../../shared/errors.ts';
import { plural } from '../../shared/plural.ts';
import type { Moment } from '../../shared/rpc/wire-moment.ts';
import type { QueryClient, TimelineQuestion } from '../client/query-client.ts';
import type { Context } from '../context.ts';
import { fromOption, type RangeOptions, toOption } from '../options/moment-options.ts';
import { timeText } from '../output/time.ts';
import { type DaemonSetName, type NodeName, parseResource } from '../resource-name.ts';
import { timelineOf } from '../timeline/lanes.ts';
import { UsageError } from '../usage-error.ts';
import { type TimelineView, timelineView } from '../view/timeline-view.ts';
import type { CommandRunner } from './command-runner.ts';

/** One day. */
const FROM_DEFAULT_MS = 24 * 3_600_000;

const EXAMPLES = `
Examples:
  # Draw the last three hours of node gpu-1
  rollcall timeline node/gpu-1 --from -3h

  # Save the last day of a DaemonSet as an image
  rollcall timeline daemonset/fluentd -o svg > fluentd.svg`;

export function addTimelineCommand(program: Command, runner: CommandRunner): void {
  program
    .command('timeline')
    .summary('Draw the timeline of a node or a DaemonSet')
    .description(
      'Draw the timeline of a node, with a lane for each DaemonSet, or of a DaemonSet, with a lane for each node. ' +
        'Drift and absent agents are marked below the lanes. -o svg prints an image; -o json and -o yaml print the spans.',
    )
    .argument('<node/NAME|daemonset/NAME...>', 'A node, a DaemonSet, or one of each')
    .addOption(fromOption('Start of the timeline; defaults to one day before its end'))
    .addOption(toOption('End of the timeline; defaults to now'))
    .addHelpText('after', EXAMPLES)
    .action(runner((context, options: RangeOptions, ...names) => showTimeline(context, options, names)));
}

async function showTimeline(context: Context, options: RangeOptions, names: readonly string[]): Promise<undefined> {
  const { daemonSet, node } = subjectOf(names, context.globals.namespace);
  const from = context.moment(options.from, '--from');
  const to = context.moment(options.to, '--to');
  const filter = { ...(node && { nodeName: node.name }), ...(daemonSet && { daemonSet }) };
  const pages = await context.ask((coordinator) =>
    options.from === undefined
      ? listLastDay(coordinator, { ...filter, to }, context.here.nowMs)
      : coordinator.listTimelines({ ...filter, from, to }),
  );
  const view = timelineView(pages);
  const timeline = timelineOf(view, { daemonSet: daemonSet?.name ?? null, node: node?.name ?? null });
  await context.answer(view, async () => {
    if (context.globals.output === 'svg') return (await import('../timeline/draw-svg.ts')).drawSvg(timeline);
    return (await import('../timeline/draw-text.ts')).drawText(timeline, context.drawingColumns, context.render);
  });
  reportCuts(view, context);
}

function subjectOf(names: readonly string[], namespace: string): { daemonSet?: DaemonSetName; node?: NodeName } {
  const resources = names.map((name) => parseResource(name, namespace));
  const daemonSets = resources.filter((resource) => resource.kind === 'daemonset');
  const nodes = resources.filter((resource) => resource.kind === 'node');
  if (daemonSets.length > 1 || nodes.length > 1) {
    throw new UsageError('timeline accepts one node, one DaemonSet, or one of each');
  }
  const [daemonSet, node] = [daemonSets[0], nodes[0]];
  return { ...(daemonSet && { daemonSet }), ...(node && { node }) };
}

/** The last day, or as much of it as the journal keeps. */
async function listLastDay(coordinator: QueryClient, request: TimelineQuestion, nowMs: number) {
  const { to } = request;
  if (to !== null && 'revision' in to) return coordinator.listTimelines(request);
  const from: Moment = { timeMs: Math.max(0, (to?.timeMs ?? nowMs) - FROM_DEFAULT_MS) };
  try {
    return await coordinator.listTimelines({ ...request, from });
  } catch (error) {
    const isPruned = error instanceof RollcallError && error.reason === 'BEFORE_RETENTION';
    if (isPruned) return coordinator.listTimelines(request);
    throw error;
  }
}

/** Reports on standard error which part of the drawing is incomplete. */
function reportCuts({ timelines }: TimelineView, { io }: Context): void {
  const cut = timelines.flatMap(({ completeUntilTime }) => completeUntilTime ?? []).sort();
  const [first] = cut;
  if (first === undefined) return;
  const lanes = plural(cut.length, 'placement');
  io.stderr.write(
    `rollcall: ${lanes} changed too often to show in full; the timeline is complete up to ${timeText(first)}, use --to to shorten it\n`,
  );
}
