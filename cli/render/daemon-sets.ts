/** DaemonSets with their counts, and what is to be said of their manifests. */
import type { RenderOptions } from '../context.ts';
import { oneLine } from '../output/one-line.ts';
import { type Column, renderTable } from '../output/table.ts';
import type { CountsView, DaemonSetView } from '../view/daemon-set-view.ts';
import { paintDrift } from './drift.ts';
import { problemLine } from './problems.ts';

/** Zero is as it should be; anything else is drift. */
const DRIFT_COLUMNS = ['missing', 'unexpected', 'duplicate', 'outdated', 'unhealthy', 'unknown'] as const;

/** What the table takes with usual names. */
const ALL_COLUMNS_WIDTH = 150;

export function renderDaemonSets(daemonSets: readonly DaemonSetView[], options: RenderOptions): string {
  return renderTable(columnsFor(daemonSets, options), daemonSets, options);
}

function columnsFor(daemonSets: readonly DaemonSetView[], options: RenderOptions): Column<DaemonSetView>[] {
  const { style } = options;
  const short = (of: keyof CountsView, than: keyof CountsView): Column<DaemonSetView>['paint'] => {
    return ({ counts }, text) => (counts[of] < counts[than] ? style.warn(text) : text);
  };
  return [
    { header: 'NAMESPACE', cell: ({ namespace }) => namespace },
    { header: 'NAME', cell: ({ name }) => name, paint: ({ inForce }, text) => (inForce ? text : style.bad(text)) },
    { header: 'WANTED', cell: ({ counts }) => counts.wanted },
    { header: 'KEEP', cell: ({ counts }) => counts.keep },
    { header: 'RUNNING', cell: ({ counts }) => counts.running, paint: short('running', 'wanted') },
    { header: 'HEALTHY', cell: ({ counts }) => counts.healthy, paint: short('healthy', 'wanted') },
    ...driftColumns(daemonSets, options),
    { header: 'NONE', cell: ({ counts }) => counts.none, wide: true },
    { header: 'ACKNOWLEDGED', cell: ({ counts }) => counts.acknowledged, wide: true },
    { header: 'VERSION', cell: ({ version }) => version, wide: true },
    { header: 'TEMPLATE', cell: ({ templateRevision }) => templateRevision || '-', wide: true },
    { header: 'SOURCE', cell: ({ source }) => source || '-', wide: true },
  ];
}

/** All of them; where a terminal is too narrow, only those with something to say. */
function driftColumns(
  daemonSets: readonly DaemonSetView[],
  { style, columns }: RenderOptions,
): Column<DaemonSetView>[] {
  const isNarrow = columns !== undefined && columns < ALL_COLUMNS_WIDTH;
  return DRIFT_COLUMNS.filter((kind) => !isNarrow || daemonSets.some(({ counts }) => counts[kind] > 0)).map((kind) => ({
    header: kind.toUpperCase(),
    cell: ({ counts }) => counts[kind],
    paint: ({ counts }, text) => (counts[kind] === 0 ? style.dim(text) : paintDrift(kind, style)(text)),
  }));
}

/** One heading for each DaemonSet whose newest manifest was refused, and every cause below it. */
export function refusalLines(daemonSets: readonly DaemonSetView[], { style }: RenderOptions): string[] {
  return daemonSets
    .filter(({ rejections }) => rejections.length > 0)
    .flatMap(({ namespace, name, inForce, rejections }) => [
      `  ${style.bad(`${namespace}/${name}`)}: ${inForce ? 'the last good version stays in force' : 'no good version was ever seen'}`,
      ...rejections.map((problem) => `    ${problemLine(problem)}`),
    ]);
}

/** More of them belong to `rollcall status daemonset/NAME`. */
const WARNINGS_MAX = 10;

export function warningLines(daemonSets: readonly DaemonSetView[], { style, wide }: RenderOptions): string[] {
  const lines = daemonSets.flatMap(({ namespace, name, warnings }) =>
    warnings.map(({ message }) => `  ${style.warn(style.marks.warning)} ${namespace}/${name}: ${oneLine(message)}`),
  );
  if (wide || lines.length <= WARNINGS_MAX) return lines;
  return [...lines.slice(0, WARNINGS_MAX), `  and ${lines.length - WARNINGS_MAX} more; -o wide shows all`];
}
