/** Prints drift: as a table, and as lines below the status. */

import { DRIFT_KINDS, type DriftKind } from '../../shared/model/drift.ts';
import { plural } from '../../shared/plural.ts';
import { type Column, renderTable } from '../output/table.ts';
import { oneLine } from '../output/text.ts';
import { ageText } from '../output/time.ts';
import type { DriftView } from '../view/placement-view.ts';
import type { RenderOptions } from './render-options.ts';
import { nodeNames } from './shorten.ts';

/** Maximum number of lines below the status; `rollcall drift` lists all. */
const LINES_MAX = 40;
const KIND_WIDTH = Math.max(...DRIFT_KINDS.map((kind) => kind.length));

export function renderDrifts(drifts: readonly DriftView[], options: RenderOptions): string {
  const { style, nowMs } = options;
  const columns: Column<DriftView>[] = [
    { header: 'DRIFT', cell: ({ kind }) => kind, paint: ({ kind }, text) => paintDrift(kind, style)(text) },
    { header: 'DAEMONSET', cell: ({ daemonSet }) => daemonSet },
    { header: 'NODE', cell: ({ node }) => node },
    { header: 'FOR', cell: ({ sinceTime }) => ageText(sinceTime, nowMs) },
    { header: 'POD', cell: ({ pod }) => pod || '-', wide: true },
    { header: 'DETAIL', cell: driftDetail },
  ];
  return renderTable(columns, [...drifts].sort(compareDrifts), options);
}

export function paintDrift(kind: DriftKind, style: RenderOptions['style']): (text: string) => string {
  return style[driftSeverity(kind)];
}

export function driftSeverity(kind: DriftKind): 'warn' | 'bad' {
  return KINDS[kind].severity;
}

/** The detail, or a default text for the kind. */
export function driftDetail({ kind, detail }: DriftView): string {
  return detail || KINDS[kind].withoutDetail;
}

const KINDS: Record<DriftKind, { readonly severity: 'warn' | 'bad'; readonly withoutDetail: string }> = {
  missing: { severity: 'bad', withoutDetail: 'no daemon pod exists' },
  unexpected: { severity: 'bad', withoutDetail: 'a daemon pod exists but should not' },
  duplicate: { severity: 'bad', withoutDetail: 'more than one daemon pod exists' },
  outdated: { severity: 'warn', withoutDetail: 'the daemon pod has an older template revision' },
  unhealthy: { severity: 'bad', withoutDetail: 'the daemon pod is not ready' },
  unknown: { severity: 'warn', withoutDetail: 'the agent of this node is absent' },
};

/** One line for each kind and cause; the same drift on many nodes shares a line. */
export function driftLines(drifts: readonly DriftView[], options: RenderOptions): string[] {
  const groups = groupDrifts(drifts);
  const shown = options.wide ? groups : groups.slice(0, LINES_MAX);
  const lines = shown.map((group) => driftLine(group, options));
  const more = groups.length - shown.length;
  return more > 0 ? [...lines, `  and ${more} more; use rollcall drift to list all`] : lines;
}

function driftLine(group: readonly DriftView[], options: RenderOptions): string {
  const { style, nowMs, wide } = options;
  const [first] = group;
  if (first === undefined) return '';
  const { kind } = first;
  const daemonSets = [...new Set(group.map(({ daemonSet }) => daemonSet))];
  const nodes = [...new Set(group.map(({ node }) => node))];
  const what = daemonSets.length === 1 ? daemonSets[0] : plural(daemonSets.length, 'DaemonSet');
  const where = nodes.length <= 2 ? nodes.join(' and ') : `${plural(nodes.length, 'node')} (${nodeNames(nodes, wide)})`;
  const since = group.map(({ sinceTime }) => sinceTime ?? '').sort()[0] || null;
  const kindText = paintDrift(kind, style)(kind.padEnd(KIND_WIDTH));
  const why = oneLine(driftDetail(first));
  return `  ${kindText}   ${what} on ${where}: ${why} ${style.dim(`(for ${ageText(since, nowMs)})`)}`;
}

/** Groups `unknown` drift by node, because an absent agent affects all DaemonSets of its node. Groups other drift by DaemonSet. */
function groupDrifts(drifts: readonly DriftView[]): DriftView[][] {
  const groups = new Map<string, DriftView[]>();
  for (const drift of [...drifts].sort(compareDrifts)) {
    const { kind, daemonSet, node, detail } = drift;
    const key = JSON.stringify(kind === 'unknown' ? [kind, node, detail] : [kind, daemonSet, detail]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [drift]);
    else group.push(drift);
  }
  return [...groups.values()];
}

function compareDrifts(left: DriftView, right: DriftView): number {
  const byKind = DRIFT_KINDS.indexOf(left.kind) - DRIFT_KINDS.indexOf(right.kind);
  return byKind || compareText(left.daemonSet, right.daemonSet) || compareText(left.node, right.node);
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
