/** Prints DaemonSets with their counts, and the problems and warnings of their manifests. */

import { DRIFT_KINDS } from '../../shared/model/drift.ts';
import { type Column, renderTable } from '../output/table.ts';
import { oneLine } from '../output/text.ts';
import { ageText } from '../output/time.ts';
import type { DaemonSetView } from '../view/daemon-set-view.ts';
import { fitsText, paintFits } from './answers.ts';
import { paintDrift } from './drift.ts';
import { problemLine } from './problems.ts';
import type { RenderOptions } from './render-options.ts';

export function renderDaemonSets(daemonSets: readonly DaemonSetView[], options: RenderOptions): string {
  const oldest = daemonSets.flatMap(({ counts }) => counts.oldestReportTime ?? []).sort()[0] ?? null;
  return renderTable(columnsFor(options), daemonSets, options) + staleCountsLine(oldest, options);
}

function columnsFor(options: RenderOptions): Column<DaemonSetView>[] {
  const { style } = options;
  const short = (of: 'current' | 'ready' | 'upToDate' | 'available'): Column<DaemonSetView>['paint'] => {
    return ({ counts }, text) => ((counts[of] ?? counts.desired) < counts.desired ? style.warn(text) : text);
  };
  return [
    { header: 'NAMESPACE', cell: ({ namespace }) => namespace },
    { header: 'NAME', cell: ({ name }) => name, paint: ({ accepted }, text) => (accepted ? text : style.bad(text)) },
    { header: 'DESIRED', cell: ({ counts }) => counts.desired },
    { header: 'CURRENT', cell: ({ counts }) => counts.current, paint: short('current') },
    { header: 'READY', cell: ({ counts }) => counts.ready, paint: short('ready') },
    { header: 'UP-TO-DATE', cell: ({ counts }) => counts.upToDate, paint: short('upToDate') },
    { header: 'AVAILABLE', cell: ({ counts }) => counts.available ?? '-', paint: short('available') },
    { header: 'DRIFT', cell: driftText, paint: driftPaint(style) },
    { header: 'SELECTED', cell: ({ counts }) => counts.selected, wide: true },
    {
      header: 'FITS',
      cell: ({ counts }) => fitsText(counts),
      paint: ({ counts }, text) => paintFits(counts, style)(text),
      wide: true,
    },
    { header: 'MISSCHEDULED', cell: ({ counts }) => counts.misscheduled, wide: true },
    { header: 'KEEP', cell: ({ counts }) => counts.keep, wide: true },
    ...driftColumns(options),
    { header: 'NONE', cell: ({ counts }) => counts.none, wide: true },
    { header: 'ACKNOWLEDGED', cell: ({ counts }) => counts.acknowledged, wide: true },
    { header: 'REVISION', cell: ({ effectiveRevision }) => effectiveRevision, wide: true },
    { header: 'TEMPLATE', cell: ({ templateRevision }) => templateRevision || '-', wide: true },
    { header: 'SOURCE', cell: ({ source }) => source || '-', wide: true },
  ];
}

/** The age of the counts if they are based on reports of absent agents; otherwise empty. */
function staleCountsLine(oldestReportTime: string | null, { nowMs }: RenderOptions): string {
  if (oldestReportTime === null) return '';
  return `The counts include pods on absent nodes as last reported, up to ${ageText(oldestReportTime, nowMs)} ago.\n`;
}

/** One column for each kind of drift. */
function driftColumns({ style }: RenderOptions): Column<DaemonSetView>[] {
  return DRIFT_KINDS.map((kind) => ({
    header: kind.toUpperCase(),
    wide: true as const,
    cell: ({ counts }: DaemonSetView) => counts[kind],
    paint: ({ counts }: DaemonSetView, text: string) =>
      counts[kind] === 0 ? style.dim(text) : paintDrift(kind, style)(text),
  }));
}

function driftText({ counts }: DaemonSetView): string {
  const drifting = DRIFT_KINDS.filter((kind) => counts[kind] > 0);
  return drifting.map((kind) => `${counts[kind]} ${kind}`).join(', ') || '-';
}

/** In the color of the first kind, which is the most severe. */
function driftPaint(style: RenderOptions['style']): Column<DaemonSetView>['paint'] {
  return ({ counts }, text) => {
    const first = DRIFT_KINDS.find((kind) => counts[kind] > 0);
    return first === undefined ? style.dim(text) : paintDrift(first, style)(text);
  };
}

/** A heading for each DaemonSet whose newest manifest was rejected, and the problems below it. */
export function rejectionLines(daemonSets: readonly DaemonSetView[], { style }: RenderOptions): string[] {
  return daemonSets
    .filter(({ rejections }) => rejections.length > 0)
    .flatMap(({ namespace, name, accepted, rejections }) => [
      `  ${style.bad(`${namespace}/${name}`)}: ${
        accepted ? 'the last valid version stays in force' : 'no valid version was ever received'
      }`,
      ...rejections.map((problem) => `    ${problemLine(problem)}`),
    ]);
}

/** Maximum number of warnings without `-o wide`. */
const WARNINGS_MAX = 10;

export function warningLines(daemonSets: readonly DaemonSetView[], { style, wide }: RenderOptions): string[] {
  const lines = daemonSets.flatMap(({ namespace, name, warnings }) =>
    warnings.map(({ fieldPath, message }) => {
      const where = fieldPath === '' ? '' : `${style.dim(fieldPath)}: `;
      return `  ${style.warn(style.marks.warning)} ${namespace}/${name}: ${where}${oneLine(message)}`;
    }),
  );
  if (wide || lines.length <= WARNINGS_MAX) return lines;
  return [...lines.slice(0, WARNINGS_MAX), `  and ${lines.length - WARNINGS_MAX} more; use -o wide to list all`];
}
