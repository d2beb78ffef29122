/** Prints a node or a DaemonSet: a summary, then its placements as a table. */

import { taintText } from '../../shared/kubernetes/taint-text.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import { plural } from '../../shared/plural.ts';
import { type Column, renderTable } from '../output/table.ts';
import { ageText } from '../output/time.ts';
import type { CountsView } from '../view/daemon-set-view.ts';
import type { PlacementView } from '../view/placement-view.ts';
import type { DaemonSetDetailView, NodeDetailView } from '../view/status-view.ts';
import { answerText, fitsText, paintAnswer } from './answers.ts';
import { rejectionLines, warningLines } from './daemon-sets.ts';
import { driftDetail, driftLines, paintDrift } from './drift.ts';
import { paintPresence } from './nodes.ts';
import { podState } from './pods.ts';
import type { RenderOptions } from './render-options.ts';
import { joinSections, section } from './sections.ts';
import { nodeNames } from './shorten.ts';

/** Nodes whose agents are not present, and when each agent was last seen. */
export type SilentNodes = ReadonlyMap<string, string | null>;

export function renderNodeDetail({ node, placements }: NodeDetailView, options: RenderOptions): string {
  const belonging = placements.filter(({ verdict }) => verdict !== 'none');
  const drifts = placements.flatMap((placement) => placement.drifts);
  const silent: SilentNodes = new Map(node.presence === 'present' ? [] : [[node.name, node.lastSeenTime]]);
  return joinSections(
    [
      nodeHead(node, options),
      silenceLine(placements, silent, options),
      belonging.length === 0
        ? 'No DaemonSets belong on this node.\n'
        : placementTable(belonging, 'daemonSet', silent, options),
      section('Drift', driftLines(drifts, options), options),
      section('DaemonSets that do not belong on this node', absences(placements, options), options),
    ],
    options,
  );
}

export function renderDaemonSetDetail(
  { daemonSet, placements }: DaemonSetDetailView,
  silent: SilentNodes,
  options: RenderOptions,
): string {
  return joinSections(
    [
      daemonSetHead(daemonSet, options),
      silenceLine(placements, silent, options),
      placements.length === 0 ? '' : placementTable(placements, 'node', silent, options),
      section('Rejected manifest', rejectionLines([daemonSet], options), options),
      section('Warnings', warningLines([daemonSet], options), options),
    ],
    options,
  );
}

function nodeHead(node: NodeDetailView['node'], options: RenderOptions): string {
  const { style, nowMs } = options;
  const { facts, presence, lastSeenTime, problem } = node;
  const seen = lastSeenTime === null ? '' : `, last seen ${ageText(lastSeenTime, nowMs)} ago`;
  const cordoned = facts.unschedulable ? ', cordoned' : '';
  const taints = facts.taints.map(taintText).join(', ') || 'none';
  const { operatingSystem, architecture, kubelet } = facts.versions;
  const software = [operatingSystem, architecture, kubelet && `kubelet ${kubelet}`].filter((part) => part !== '');
  return [
    `${style.bold(`node ${node.name}`)}: ${paintPresence(node, options)(presence)}${seen}${cordoned}`,
    `facts    from the ${facts.origin}, ${ageText(facts.time, nowMs)} old${software.length > 0 ? `; ${software.join(', ')}` : ''}`,
    `taints   ${taints}`,
    ...(problem === '' ? [] : [style.bad(`problem  ${problem}`)]),
    countsLine('DaemonSet', node),
    '',
  ].join('\n');
}

function daemonSetHead(
  { namespace, name, ...rest }: DaemonSetDetailView['daemonSet'],
  { style }: RenderOptions,
): string {
  const { counts, templateRevision, effectiveRevision, source, accepted } = rest;
  const force = accepted ? `revision ${effectiveRevision}, template ${templateRevision}` : style.bad('not in force');
  return [
    `${style.bold(`daemonset ${namespace}/${name}`)}: ${force}${source === '' ? '' : `, from ${source}`}`,
    countsLine('node', counts),
    '',
  ].join('\n');
}

type DetailCounts = Pick<CountsView, 'selected' | 'desired' | 'fits' | 'doesNotFit' | 'current' | 'ready' | 'keep'>;

function countsLine(what: string, counts: DetailCounts): string {
  const { selected, desired, current, ready, keep } = counts;
  const answers = `${desired} desired, ${fitsText(counts)} fit, ${current} current, ${ready} ready`;
  return `${plural(selected, what)} selected, ${answers}, ${keep} keep`;
}

/** Explains that the pod states of an absent node are the last reported ones. */
function silenceLine(
  placements: readonly PlacementView[],
  silent: SilentNodes,
  { nowMs, wide }: RenderOptions,
): string {
  const nodes = [...new Set(placements.filter(({ pods }) => pods.length > 0).map(({ node }) => node))];
  const [first, ...others] = nodes.filter((node) => silent.has(node));
  if (first === undefined) return '';
  const age = (node: string) => ageText(silent.get(node) ?? null, nowMs);
  if (others.length === 0) {
    return `The agent of ${first} has been absent for ${age(first)}; ? marks the last reported state.\n`;
  }
  const ages = nodeNames(
    [first, ...others].map((node) => `${node} for ${age(node)}`),
    wide,
  );
  return `${others.length + 1} agents have been absent: ${ages}; ? marks the last reported state.\n`;
}

const VERDICTS: readonly Verdict[] = ['run', 'keep', 'none'];

/** `named` is the column that identifies the placement; the heading contains the other name. */
function placementTable(
  placements: readonly PlacementView[],
  named: 'node' | 'daemonSet',
  silent: SilentNodes,
  options: RenderOptions,
): string {
  const { style, nowMs } = options;
  const paint = { run: style.good, keep: style.warn, none: style.dim };
  const columns: Column<PlacementView>[] = [
    { header: named.toUpperCase(), cell: (placement) => placement[named] },
    { header: 'VERDICT', cell: ({ verdict }) => verdict, paint: ({ verdict }, text) => paint[verdict](text) },
    {
      header: 'FITS',
      cell: ({ answers }) => answerText(answers.fits),
      paint: ({ answers: { fits } }, text) => (fits === 'yes' ? text : paintAnswer(fits, style)(text)),
    },
    {
      header: 'POD',
      cell: ({ pods, node }) => pods.map((pod) => `${podState(pod)}${silent.has(node) ? '?' : ''}`).join(',') || '-',
      paint: ({ node }, text) => (silent.has(node) ? style.dim(text) : text),
    },
    {
      header: 'DRIFT',
      cell: ({ drifts }) => [...new Set(drifts.map(({ kind }) => kind))].join(',') || '-',
      paint: ({ drifts: [first] }, text) =>
        first === undefined ? style.dim(text) : paintDrift(first.kind, style)(text),
    },
    { header: 'SINCE', cell: ({ sinceTime }) => ageText(sinceTime, nowMs) },
    { header: 'REVISION', cell: ({ effectiveRevision }) => effectiveRevision, wide: true },
    { header: 'ASSIGNMENT', cell: ({ acknowledgement }) => acknowledgement ?? '-', wide: true },
    { header: 'POD NAME', cell: ({ pods }) => pods.map(({ name }) => name).join(',') || '-', wide: true },
    { header: 'REASON', cell: (placement) => reasonText(placement, options) || '-' },
  ];
  const sorted = [...placements].sort(
    (left, right) => VERDICTS.indexOf(left.verdict) - VERDICTS.indexOf(right.verdict),
  );
  return renderTable(columns, sorted, options);
}

/** Lists placements with the verdict none, which are answers too. */
function absences(placements: readonly PlacementView[], options: RenderOptions): string[] {
  return placements
    .filter(({ verdict }) => verdict === 'none')
    .map((placement) => `  ${placement.daemonSet}${options.style.dim(`: ${reasonText(placement, options)}`)}`);
}

/** Why no daemon pod should run, or what is wrong if one should; empty if there is no problem. */
function reasonText({ verdict, summary, drifts, answers }: PlacementView, { wide }: RenderOptions): string {
  const noRoom = answers.fits === 'no' ? answers.fitReasons.map(({ message }) => message.replace(/\.$/, '')) : [];
  if (verdict === 'run' && !wide) return [...new Set([...drifts.map(driftDetail), ...noRoom])].join('; ');
  const [first = '', ...others] = summary.split('; ').map((sentence) => sentence.replace(/\.$/, ''));
  if (wide || others.length === 0) return [first, ...others].join('; ');
  return `${first}; ${plural(others.length, 'more reason')}`;
}
