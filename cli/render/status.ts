/** Prints the status of the cluster: a summary, DaemonSets, nodes, and then drift and problems. `npm start` prints the same. */

import { plural } from '../../shared/plural.ts';
import { oneLine } from '../output/text.ts';
import { ageText } from '../output/time.ts';
import type { CountsView } from '../view/daemon-set-view.ts';
import type { NodeView } from '../view/node-view.ts';
import type { ClusterView, DaemonSetStatusView, StatusView } from '../view/status-view.ts';
import { rejectionLines, renderDaemonSets, warningLines } from './daemon-sets.ts';
import { driftLines } from './drift.ts';
import { paintPresence, renderNodes } from './nodes.ts';
import type { RenderOptions } from './render-options.ts';
import { joinSections, section } from './sections.ts';
import { nodeNames } from './shorten.ts';

/** Larger clusters list only nodes that need attention, and at most this many. */
const NODES_MAX = 40;

export function renderStatus(snapshot: ClusterView, options: RenderOptions): string {
  const { status, daemonSets, nodes, drifts } = snapshot;
  return joinSections(
    [
      `${statusLine(status, options)}\n`,
      daemonSets.length === 0 ? '' : renderDaemonSets(daemonSets, options),
      nodesSection(nodes, options),
      section('Absent nodes', absenceLines(nodes, options), options),
      section('Drift', driftLines(drifts, options), options),
      withoutNodes('Selects no node', ({ selected }) => selected === 0, snapshot, options),
      withoutNodes('Desired on no node', ({ selected, desired }) => selected > 0 && desired === 0, snapshot, options),
      withoutRoom(snapshot, options),
      section('Rejected manifests', rejectionLines(daemonSets, options), options),
      section('Warnings', warningLines(daemonSets, options), options),
      section('Problems', problemLines(snapshot, options), options),
    ],
    options,
  );
}

/** The summary of the cluster in one line. */
export function statusLine(status: StatusView, { style }: Pick<RenderOptions, 'style'>): string {
  const { nodes, presentNodes, reportedNodes, daemonSets, rejectedDaemonSets, revision } = status;
  const absent = nodes - presentNodes;
  const presence = `${presentNodes} present, ${absent > 0 ? style.bad(`${absent} absent`) : '0 absent'}`;
  const unreported = presentNodes - reportedNodes;
  const parts = [
    `${style.bold(plural(nodes, 'node'))}: ${presence}${unreported > 0 ? `, ${unreported} not reported` : ''}`,
    style.bold(plural(daemonSets, 'DaemonSet')) + (rejectedDaemonSets > 0 ? `, ${rejectedDaemonSets} rejected` : ''),
    `revision ${revision}`,
  ];
  return style.fit(parts.join(' · '));
}

export function renderDaemonSetStatus({ daemonSet, drifts }: DaemonSetStatusView, options: RenderOptions): string {
  return joinSections(
    [
      renderDaemonSets([daemonSet], options),
      section('Drift', driftLines(drifts, options), options),
      section('Rejected manifest', rejectionLines([daemonSet], options), options),
      section('Warnings', warningLines([daemonSet], options), options),
    ],
    options,
  );
}

function nodesSection(nodes: readonly NodeView[], options: RenderOptions): string {
  if (nodes.length === 0) return '';
  if (nodes.length <= NODES_MAX || options.wide) return renderNodes(nodes, options);
  const noteworthy = nodes.filter(needsAttention);
  const shown = noteworthy.slice(0, NODES_MAX);
  const rest = nodes.length - shown.length;
  const how =
    noteworthy.length > shown.length
      ? `${noteworthy.length - shown.length} of them absent, not reported or with drift`
      : 'all without problems';
  const note = `${plural(rest, 'node')} not shown, ${how}; use rollcall nodes to list all\n`;
  return shown.length === 0 ? note : `${renderNodes(shown, options)}${note}`;
}

function needsAttention({ presence, drifts, problem, revision, acknowledgedRevision }: NodeView): boolean {
  return presence !== 'present' || drifts > 0 || problem !== '' || acknowledgedRevision < revision;
}

function absenceLines(nodes: readonly NodeView[], options: RenderOptions): string[] {
  const absent = nodes.filter(({ presence }) => presence !== 'present');
  const lines = absent
    .slice(0, NODES_MAX)
    .map((node) => `  ${paintPresence(node, options)(node.name)}: ${absence(node, options)}`);
  const more = absent.length - lines.length;
  return more > 0 ? [...lines, `  and ${more} more; use rollcall nodes to list all`] : lines;
}

/** The age of the data of an absent node. */
function absence({ presence, lastSeenTime, facts }: NodeView, { nowMs }: RenderOptions): string {
  const seen = presence === 'never-seen' ? 'never seen' : `last seen ${ageText(lastSeenTime, nowMs)} ago`;
  const age = facts.time === null ? '' : `, facts ${ageText(facts.time, nowMs)} old`;
  return `${seen}${age}`;
}

/** DaemonSets that no node matches: often an error in a label or a selector, and easily overlooked in the table. */
function withoutNodes(
  what: string,
  matches: (counts: CountsView) => boolean,
  { daemonSets, nodes }: ClusterView,
  { wide }: RenderOptions,
): string {
  const found = daemonSets.filter(({ accepted, counts }) => accepted && matches(counts));
  const [first] = found;
  if (first === undefined || nodes.length === 0) return '';
  const names = found.map(({ namespace, name }) => `${namespace}/${name}`);
  const isUniqueName = daemonSets.filter(({ name }) => name === first.name).length === 1;
  const typedName = found.length > 1 ? 'NAME' : isUniqueName ? first.name : names[0];
  return `${what}: ${nodeNames(names, wide)} (use rollcall daemonset/${typedName} to see why)\n`;
}

/** DaemonSets that are desired on nodes without enough room. */
function withoutRoom({ daemonSets }: ClusterView, { wide }: RenderOptions): string {
  const short = daemonSets.filter(({ counts }) => counts.doesNotFit > 0);
  if (short.length === 0) return '';
  const names = short.map(
    ({ namespace, name, counts }) => `${namespace}/${name} on ${plural(counts.doesNotFit, 'node')}`,
  );
  return `Does not fit: ${nodeNames(names, wide)} (use rollcall daemonset/NAME to see why)\n`;
}

function problemLines({ status, nodes }: ClusterView, { style }: RenderOptions): string[] {
  const ofAgents = nodes.filter(({ problem }) => problem !== '').map(({ name, problem }) => `node ${name}: ${problem}`);
  const { journal } = status;
  const ofJournal = journal === null || journal.writable ? [] : [`the journal cannot be written: ${journal.problem}`];
  return [...ofJournal, ...status.problems, ...ofAgents].map(
    (problem) => `  ${style.bad(style.marks.failed)} ${oneLine(problem)}`,
  );
}
