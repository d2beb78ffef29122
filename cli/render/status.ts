/**
 * The roll: a line, the DaemonSets, the nodes, and then who is missing and why. Pure; `npm start`
 * prints the same.
 */

import { plural } from '../../shared/plural.ts';
import { oneLine } from '../output/text.ts';
import { ageText } from '../output/time.ts';
import type { CountsView, DaemonSetView } from '../view/daemon-set-view.ts';
import type { NodeView } from '../view/node-view.ts';
import type { ClusterView, DaemonSetStatusView, StatusView } from '../view/status-view.ts';
import { refusalLines, renderDaemonSets, staleCountsLine, warningLines } from './daemon-sets.ts';
import { driftLines } from './drift.ts';
import { paintPresence, renderNodes } from './nodes.ts';
import type { RenderOptions } from './render-options.ts';
import { joinSections, section } from './sections.ts';
import { nodeNames } from './shorten.ts';

/** Beyond this many nodes, only those with something to say are listed, and at most so many of them. */
const NODES_MAX = 40;

export function renderStatus(snapshot: ClusterView, options: RenderOptions): string {
  const { status, daemonSets, nodes, drifts } = snapshot;
  return joinSections(
    [
      `${statusLine(status, options)}\n`,
      daemonSets.length === 0 ? '' : countsTable(daemonSets, status.oldestReportTime, options),
      nodesSection(nodes, options),
      section('Absent', absenceLines(nodes, options), options),
      section('Missing and other drift', driftLines(drifts, options), options),
      nowhere('Selected', ({ selected }) => selected === 0, snapshot, options),
      nowhere('Desired', ({ selected, desired }) => selected > 0 && desired === 0, snapshot, options),
      withoutRoom(snapshot, options),
      section('Refused manifests', refusalLines(daemonSets, options), options),
      section('Warnings', warningLines(daemonSets, options), options),
      section('Problems', problemLines(snapshot, options), options),
    ],
    options,
  );
}

/** The whole roll in one line. */
export function statusLine(status: StatusView, { style }: Pick<RenderOptions, 'style'>): string {
  const { nodes, presentNodes, settledNodes, daemonSets, rejectedDaemonSets, revision } = status;
  const away = nodes - presentNodes;
  const presence = `${presentNodes} present, ${away > 0 ? style.bad(`${away} absent`) : '0 absent'}`;
  const unsettled = presentNodes - settledNodes;
  const parts = [
    `${style.bold(plural(nodes, 'node'))}: ${presence}${unsettled > 0 ? `, ${unsettled} yet to answer` : ''}`,
    style.bold(plural(daemonSets, 'DaemonSet')) + (rejectedDaemonSets > 0 ? `, ${rejectedDaemonSets} refused` : ''),
    `revision ${revision}`,
  ];
  return style.fit(parts.join(' · '));
}

export function renderDaemonSetStatus({ daemonSet, drifts }: DaemonSetStatusView, options: RenderOptions): string {
  return joinSections(
    [
      countsTable([daemonSet], daemonSet.counts.oldestReportTime, options),
      section('Missing and other drift', driftLines(drifts, options), options),
      section('Refused manifest', refusalLines([daemonSet], options), options),
      section('Warnings', warningLines([daemonSet], options), options),
    ],
    options,
  );
}

function countsTable(
  daemonSets: readonly DaemonSetView[],
  oldestReportTime: string | null,
  options: RenderOptions,
): string {
  return renderDaemonSets(daemonSets, options) + staleCountsLine(oldestReportTime, options);
}

function nodesSection(nodes: readonly NodeView[], options: RenderOptions): string {
  if (nodes.length === 0) return '';
  if (nodes.length <= NODES_MAX || options.wide) return renderNodes(nodes, options);
  const telling = nodes.filter(hasSomethingToSay);
  const shown = telling.slice(0, NODES_MAX);
  const rest = nodes.length - shown.length;
  const how =
    telling.length > shown.length
      ? `${telling.length - shown.length} of them absent, behind or with drift`
      : 'all as they should be';
  const note = `${plural(rest, 'node')} not shown, ${how}; rollcall nodes lists all\n`;
  return shown.length === 0 ? note : `${renderNodes(shown, options)}${note}`;
}

function hasSomethingToSay({ presence, drifts, problem, revision, acknowledgedRevision }: NodeView): boolean {
  return presence !== 'present' || drifts > 0 || problem !== '' || acknowledgedRevision < revision;
}

function absenceLines(nodes: readonly NodeView[], options: RenderOptions): string[] {
  const absent = nodes.filter(({ presence }) => presence !== 'present');
  const lines = absent
    .slice(0, NODES_MAX)
    .map((node) => `  ${paintPresence(node, options)(node.name)} ${absence(node, options)}`);
  const more = absent.length - lines.length;
  return more > 0 ? [...lines, `  and ${more} more; rollcall nodes lists all`] : lines;
}

/** An answer that rests on old data says how old. */
function absence({ presence, lastSeenTime, facts }: NodeView, { nowMs }: RenderOptions): string {
  const seen = presence === 'never-seen' ? 'has never answered' : `was last seen ${ageText(lastSeenTime, nowMs)} ago`;
  const age = facts.time === null ? '' : `, its facts are ${ageText(facts.time, nowMs)} old`;
  return `${seen}${age}`;
}

/** Mostly a mistake in a label or a selector, and by its zeros alone easily overlooked. */
function nowhere(
  what: string,
  isSo: (counts: CountsView) => boolean,
  { daemonSets, nodes }: ClusterView,
  { wide }: RenderOptions,
): string {
  const found = daemonSets.filter(({ inForce, counts }) => inForce && isSo(counts));
  const [first] = found;
  if (first === undefined || nodes.length === 0) return '';
  const names = found.map(({ namespace, name }) => `${namespace}/${name}`);
  const isOnlyOfItsName = daemonSets.filter(({ name }) => name === first.name).length === 1;
  const asked = found.length > 1 ? 'NAME' : isOnlyOfItsName ? first.name : names[0];
  return `${what} on no node: ${nodeNames(names, wide)} (rollcall daemonset/${asked} says why)\n`;
}

/** What is wanted and allowed but has no room waits for somebody to make some. */
function withoutRoom({ daemonSets }: ClusterView, { wide }: RenderOptions): string {
  const short = daemonSets.filter(({ counts }) => counts.doesNotFit > 0);
  if (short.length === 0) return '';
  const names = short.map(
    ({ namespace, name, counts }) => `${namespace}/${name} on ${plural(counts.doesNotFit, 'node')}`,
  );
  return `Does not fit: ${nodeNames(names, wide)} (rollcall daemonset/NAME says why)\n`;
}

function problemLines({ status, nodes }: ClusterView, { style }: RenderOptions): string[] {
  const ofAgents = nodes.filter(({ problem }) => problem !== '').map(({ name, problem }) => `node ${name}: ${problem}`);
  const { journal } = status;
  const ofJournal = journal === null || journal.writable ? [] : [`the journal cannot be written: ${journal.problem}`];
  return [...ofJournal, ...status.problems, ...ofAgents].map(
    (problem) => `  ${style.bad(style.marks.failed)} ${oneLine(problem)}`,
  );
}
