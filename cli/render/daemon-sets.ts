/** DaemonSets with their counts, and what is to be said of their manifests. */

import { DRIFT_KINDS } from '../../shared/model/drift.ts';
import { type Column, renderTable } from '../output/table.ts';
import { oneLine } from '../output/text.ts';
import type { CountsView, DaemonSetView } from '../view/daemon-set-view.ts';
import { fitsText, paintFits } from './answers.ts';
import { paintDrift } from './drift.ts';
import { problemLine } from './problems.ts';
import type { RenderOptions } from './render-options.ts';

export function renderDaemonSets(daemonSets: readonly DaemonSetView[], options: RenderOptions): string {
  return renderTable(columnsFor(options), daemonSets, options);
}

function columnsFor(options: RenderOptions): Column<DaemonSetView>[] {
  const { style } = options;
  const short = (of: keyof CountsView, than: keyof CountsView): Column<DaemonSetView>['paint'] => {
    return ({ counts }, text) => (counts[of] < counts[than] ? style.warn(text) : text);
  };
  return [
    { header: 'NAMESPACE', cell: ({ namespace }) => namespace },
    { header: 'NAME', cell: ({ name }) => name, paint: ({ inForce }, text) => (inForce ? text : style.bad(text)) },
    { header: 'WANTED', cell: ({ counts }) => counts.wanted },
    { header: 'ALLOWED', cell: ({ counts }) => counts.allowed },
    { header: 'KEEP', cell: ({ counts }) => counts.keep },
    {
      header: 'FITS',
      cell: ({ counts }) => fitsText(counts),
      paint: ({ counts }, text) => paintFits(counts, style)(text),
    },
    { header: 'RUNNING', cell: ({ counts }) => counts.running, paint: short('running', 'allowed') },
    { header: 'HEALTHY', cell: ({ counts }) => counts.healthy, paint: short('healthy', 'allowed') },
    ...driftColumns(options),
    { header: 'NONE', cell: ({ counts }) => counts.none, wide: true },
    { header: 'ACKNOWLEDGED', cell: ({ counts }) => counts.acknowledged, wide: true },
    { header: 'VERSION', cell: ({ version }) => version, wide: true },
    { header: 'TEMPLATE', cell: ({ templateRevision }) => templateRevision || '-', wide: true },
    { header: 'SOURCE', cell: ({ source }) => source || '-', wide: true },
  ];
}

/** One column that says what drifts; `-o wide` has a column for each kind. */
function driftColumns({ style }: RenderOptions): Column<DaemonSetView>[] {
  const kinds = DRIFT_KINDS.map((kind) => ({
    header: kind.toUpperCase(),
    wide: true as const,
    cell: ({ counts }: DaemonSetView) => counts[kind],
    paint: ({ counts }: DaemonSetView, text: string) =>
      counts[kind] === 0 ? style.dim(text) : paintDrift(kind, style)(text),
  }));
  return [{ header: 'DRIFT', cell: driftText, paint: driftPaint(style) }, ...kinds];
}

function driftText({ counts }: DaemonSetView): string {
  const drifting = DRIFT_KINDS.filter((kind) => counts[kind] > 0);
  return drifting.map((kind) => `${counts[kind]} ${kind}`).join(', ') || '-';
}

/** In the colour of the first kind, which weighs most. */
function driftPaint(style: RenderOptions['style']): Column<DaemonSetView>['paint'] {
  return ({ counts }, text) => {
    const first = DRIFT_KINDS.find((kind) => counts[kind] > 0);
    return first === undefined ? style.dim(text) : paintDrift(first, style)(text);
  };
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
    warnings.map(({ fieldPath, message }) => {
      const where = fieldPath === '' ? '' : `${style.dim(fieldPath)}: `;
      return `  ${style.warn(style.marks.warning)} ${namespace}/${name}: ${where}${oneLine(message)}`;
    }),
  );
  if (wide || lines.length <= WARNINGS_MAX) return lines;
  return [...lines.slice(0, WARNINGS_MAX), `  and ${lines.length - WARNINGS_MAX} more; -o wide shows all`];
}
