/** Prints where DaemonSets would run: the counts of each DaemonSet, then its nodes by verdict and reason. */

import { plural } from '../../shared/plural.ts';
import { renderTable } from '../output/table.ts';
import type { PlacementGroup, PlacementsView } from '../view/plan-view.ts';
import { warningsSection } from './problems.ts';
import type { RenderOptions } from './render-options.ts';
import { nodeNames, shownGroups } from './shorten.ts';

export function renderPlacements(view: PlacementsView, options: RenderOptions): string {
  const { style, wide, columns } = options;
  const table = renderTable(
    [
      { header: 'DAEMONSET', cell: ({ daemonSet }) => daemonSet },
      { header: 'RUN', cell: ({ counts }) => counts.run },
      { header: 'KEEP', cell: ({ counts }) => counts.keep },
      { header: 'NONE', cell: ({ counts }) => counts.none },
    ],
    view.daemonSets,
    { style, wide, columns },
  );
  const sections = view.daemonSets.map(({ daemonSet, groups }) => {
    const { shown, more } = shownGroups(groups, ({ verdict }) => verdict, wide);
    const lines = shown.map((group) => groupLines(group, options));
    return `${style.bold(daemonSet)}\n${lines.join('')}${style.dim(more)}`;
  });
  const summary = `${plural(view.daemonSets.length, 'DaemonSet')} on ${plural(view.nodeCount, 'node')}\n`;
  return [summary, table, ...sections, ...warningsSection(view.warnings, options)].join('\n');
}

function groupLines({ verdict, reason, nodes }: PlacementGroup, { style, wide }: RenderOptions): string {
  const paint = { run: style.good, keep: style.warn, none: style.dim }[verdict];
  const why = reason === '' ? '' : `: ${reason}`;
  const names = style.dim(nodeNames(nodes, wide));
  return `  ${paint(verdict.padEnd(4))}   ${style.fit(`${plural(nodes.length, 'node')}${why}`)}\n         ${names}\n`;
}
