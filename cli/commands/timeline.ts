/** `rollcall timeline`: who ran when, drawn for a terminal or as SVG. */

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

/** What people ask about mostly happened since yesterday. */
const FROM_DEFAULT_MS = 24 * 3_600_000;

export function addTimelineCommand(program: Command, runner: CommandRunner): void {
  program
    .command('timeline')
    .summary('draw who ran when: on a node, or of a DaemonSet')
    .description(
      'Draws who ran when: of a node a lane for each DaemonSet, of a DaemonSet a lane for each node, and below it drift ' +
        'and silent agents. -o svg draws a picture, -o json and -o yaml give the spans.',
    )
    .argument('<node/NAME or daemonset/NAME...>', 'a node, a DaemonSet, or one of each')
    .addOption(fromOption('where the drawing begins; a day before its end where it is not given'))
    .addOption(toOption('where it ends; now where it is not given'))
    .action(runner((context, options: RangeOptions, ...names) => showTimeline(context, options, names)));
}

async function showTimeline(context: Context, options: RangeOptions, names: readonly string[]): Promise<undefined> {
  const { daemonSet, node } = subjectOf(names, context.globals.namespace);
  const from = context.moment(options.from, '--from');
  const to = context.moment(options.to, '--to');
  const asked = { ...(node && { nodeName: node.name }), ...(daemonSet && { daemonSet }) };
  const pages = await context.ask((coordinator) =>
    options.from === undefined
      ? listLastDay(coordinator, { ...asked, to }, context.here.nowMs)
      : coordinator.listTimelines({ ...asked, from, to }),
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
    throw new UsageError('timeline draws one node, one DaemonSet, or one of each: rollcall timeline node/NAME');
  }
  const [daemonSet, node] = [daemonSets[0], nodes[0]];
  return { ...(daemonSet && { daemonSet }), ...(node && { node }) };
}

/** As much of the last day as the journal keeps. */
async function listLastDay(coordinator: QueryClient, asked: TimelineQuestion, nowMs: number) {
  const { to } = asked;
  if (to !== null && 'revision' in to) return coordinator.listTimelines(asked);
  const from: Moment = { timeMs: Math.max(0, (to?.timeMs ?? nowMs) - FROM_DEFAULT_MS) };
  try {
    return await coordinator.listTimelines({ ...asked, from });
  } catch (error) {
    const isPruned = error instanceof RollcallError && error.reason === 'BEFORE_RETENTION';
    if (isPruned) return coordinator.listTimelines(asked);
    throw error;
  }
}

/** What is left out of a drawing is never left unsaid. */
function reportCuts({ timelines }: TimelineView, { io }: Context): void {
  const cut = timelines.flatMap(({ toldUntilTime }) => toldUntilTime ?? []).sort();
  const [first] = cut;
  if (first === undefined) return;
  const lanes = plural(cut.length, 'pair');
  io.stderr.write(
    `rollcall: ${lanes} changed more often than can be told; the drawing is whole up to ${timeText(first)}, ask for less with --to\n`,
  );
}
