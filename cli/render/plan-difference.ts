/** Prints the effect of a change for each DaemonSet: where daemon pods start and stop, and why. */
import type { Verdict } from '../../shared/placement/types.ts';
import { plural } from '../../shared/plural.ts';
import type { ChangeGroup, DaemonSetDifference, DifferenceView } from '../view/plan-view.ts';
import { warningsSection } from './problems.ts';
import type { RenderOptions } from './render-options.ts';
import { nodeNames, shownGroups } from './shorten.ts';

/** The length of `keep → none`, the longest change. */
const VERDICTS_WIDTH = 11;
const NAMES_INDENT = ' '.repeat(VERDICTS_WIDTH + 5);

/** The effect of a change of the verdict on daemon pods. */
const MEANING: Record<`${Verdict} ${Verdict}`, string> = {
  'run none': 'would stop',
  'none run': 'would start',
  'run keep': 'would stay, but not start again',
  'keep run': 'would start',
  'keep none': 'could no longer stay',
  'none keep': 'could stay, but would not start',
  'run run': '',
  'keep keep': '',
  'none none': '',
};

export function renderDifference(view: DifferenceView, options: RenderOptions): string {
  const touched = view.daemonSets.filter(({ groups, templateChanged }) => groups.length > 0 || templateChanged);
  const sections = touched.map((daemonSet) => daemonSetSection(daemonSet, options));
  return [`${summaryOf(touched)}\n`, ...sections, ...warningsSection(view.warnings, options)].join('\n');
}

function summaryOf(touched: readonly DaemonSetDifference[]): string {
  if (touched.length === 0) return 'No changes.';
  const groups = touched.flatMap((daemonSet) => daemonSet.groups);
  const nodes = new Set(groups.flatMap((group) => group.nodes));
  const pods = (matches: (group: ChangeGroup) => boolean) =>
    sum(groups.filter(matches).map((group) => group.nodes.length));
  const stopped = plural(
    pods(({ from, to }) => from === 'run' && to === 'none'),
    'daemon pod',
  );
  const started = pods(({ to }) => to === 'run');
  const replaced = sum(touched.map((daemonSet) => daemonSet.replaced));
  const where = nodes.size === 0 ? '' : ` on ${plural(nodes.size, 'node')}`;
  const andReplaced = replaced === 0 ? '' : `, ${replaced} replaced`;
  return `${plural(touched.length, 'DaemonSet')} would change${where}: ${stopped} stopped, ${started} started${andReplaced}.`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function daemonSetSection(daemonSet: DaemonSetDifference, options: RenderOptions): string {
  const { style } = options;
  const { before, after } = daemonSet;
  const heading = [
    style.bold(daemonSet.daemonSet),
    countChange('run', before.run, after.run),
    ...(before.keep + after.keep > 0 ? [countChange('keep', before.keep, after.keep)] : []),
  ].join('   ');
  const template = daemonSet.templateChanged ? [templateLine(daemonSet, options)] : [];
  const { shown, more } = shownGroups(daemonSet.groups, ({ from, to }) => `${from} ${to}`, options.wide);
  const groups = shown.map((group) => groupLines(group, options));
  return style.fit([`${heading}\n`, ...template, ...groups, style.dim(more)].join(''));
}

function templateLine({ replaced, templateChanges }: DaemonSetDifference, { style, wide }: RenderOptions): string {
  const fields = templateChanges.length === 0 ? '' : ` in ${nodeNames(templateChanges, wide)}`;
  const pods = replaced === 0 ? '' : `: ${plural(replaced, 'daemon pod')} would be replaced`;
  return `  ${style.warn('template changes')}${fields}${pods}\n`;
}

function countChange(verdict: string, before: number, after: number): string {
  return before === after ? `${verdict} ${after}` : `${verdict} ${before} → ${after}`;
}

function groupLines({ from, to, reason, nodes }: ChangeGroup, { style, wide }: RenderOptions): string {
  const paint = to === 'run' ? style.good : from === 'run' ? style.bad : style.warn;
  const verdicts = style.dim(`${from} → ${to}`.padEnd(VERDICTS_WIDTH));
  const why = reason === '' ? '' : `: ${reason}`;
  const names = style.dim(nodeNames(nodes, wide));
  return `  ${verdicts}   ${paint(MEANING[`${from} ${to}`])} on ${plural(nodes.length, 'node')}${why}\n${NAMES_INDENT}${names}\n`;
}
