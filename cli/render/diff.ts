/** Prints the placements that differ between two moments: a summary, then a table with causes. */

import { plural } from '../../shared/plural.ts';
import { type Column, renderTable } from '../output/table.ts';
import { oneLine } from '../output/text.ts';
import { timeText } from '../output/time.ts';
import type { PlacementDifferencesView, PlacementDifferenceView } from '../view/diff-view.ts';
import type { AsOfView } from '../view/moment-view.ts';
import type { RenderOptions } from './render-options.ts';

export function renderPlacementDifferences(view: PlacementDifferencesView, options: RenderOptions): string {
  const { differences, from, to } = view;
  const { style } = options;
  const daemonSets = new Set(differences.map(({ daemonSet }) => daemonSet));
  const verb = differences.length === 1 ? 'differs' : 'differ';
  const found =
    differences.length === 0
      ? 'no placement differs'
      : `${plural(differences.length, 'placement')} of ${plural(daemonSets.size, 'DaemonSet')} ${verb}`;
  const line = `${momentText(from)} → ${momentText(to)}: ${style.bold(found)}\n`;
  return style.fit(
    differences.length === 0 ? line : `${line}\n${renderTable(columnsFor(options), differences, options)}`,
  );
}

function momentText({ time, revision }: AsOfView): string {
  return `${timeText(time)} (revision ${revision})`;
}

function columnsFor({ style }: RenderOptions): Column<PlacementDifferenceView>[] {
  const paint = ({ after }: PlacementDifferenceView, text: string) =>
    after === 'run' ? style.good(text) : after === 'keep' ? style.warn(text) : style.bad(text);
  return [
    { header: 'DAEMONSET', cell: ({ daemonSet }) => daemonSet },
    { header: 'NODE', cell: ({ node }) => node },
    { header: 'PLACEMENT', cell: ({ before, after }) => `${before ?? 'new'} → ${after ?? 'removed'}`, paint },
    { header: 'DECISIONS', cell: ({ decisions }) => decisions, wide: true },
    { header: 'WHEN', cell: ({ decision }) => timeText(decision?.occurTime ?? null) },
    { header: 'REVISION', cell: ({ decision }) => decision?.revision ?? '-' },
    { header: 'ENGINE', cell: ({ decision }) => decision?.engineVersion || '-', wide: true },
    { header: 'CAUSE', cell: causeText },
  ];
}

function causeText({ decision }: PlacementDifferenceView): string {
  if (decision?.cause == null) return '-';
  const { message, actor } = decision.cause;
  return oneLine([message, ...(actor === '' ? [] : [`by ${actor}`])].filter((part) => part !== '').join(', ')) || '-';
}
