/** Prints nodes and agents as tables. */
import { taintText } from '../../shared/kubernetes/taint-text.ts';
import { type Column, renderTable } from '../output/table.ts';
import { ageText } from '../output/time.ts';
import type { AgentView, NodeView } from '../view/node-view.ts';
import { fitsText, paintFits } from './answers.ts';
import type { RenderOptions } from './render-options.ts';

export function renderNodes(nodes: readonly NodeView[], options: RenderOptions): string {
  const { style, nowMs } = options;
  const columns: Column<NodeView>[] = [
    { header: 'NODE', cell: ({ name }) => name },
    { header: 'PRESENCE', cell: presenceText, paint: (node, text) => paintPresence(node, options)(text) },
    { header: 'LAST SEEN', cell: ({ lastSeenTime }) => ageText(lastSeenTime, nowMs) },
    { header: 'DESIRED', cell: ({ desired }) => desired },
    {
      header: 'CURRENT',
      cell: ({ current }) => current,
      paint: ({ current, desired }, text) => (current < desired ? style.warn(text) : text),
    },
    {
      header: 'READY',
      cell: ({ ready }) => ready,
      paint: ({ ready, desired }, text) => (ready < desired ? style.warn(text) : text),
    },
    {
      header: 'DRIFT',
      cell: ({ drifts }) => drifts,
      paint: ({ drifts }, text) => (drifts === 0 ? style.dim(text) : style.bad(text)),
    },
    { header: 'UP-TO-DATE', cell: ({ upToDate }) => upToDate, wide: true },
    { header: 'AVAILABLE', cell: ({ available }) => available ?? '-', wide: true },
    { header: 'SELECTED', cell: ({ selected }) => selected, wide: true },
    { header: 'FITS', cell: fitsText, paint: (node, text) => paintFits(node, style)(text), wide: true },
    { header: 'MISSCHEDULED', cell: ({ misscheduled }) => misscheduled, wide: true },
    { header: 'KEEP', cell: ({ keep }) => keep, wide: true },
    { header: 'REVISION', cell: ({ revision }) => revision, wide: true },
    { header: 'ACKNOWLEDGED', cell: ({ acknowledgedRevision }) => acknowledgedRevision, wide: true },
    { header: 'FACTS', cell: ({ facts }) => `${facts.origin || '-'} ${ageText(facts.time, nowMs)}`, wide: true },
    { header: 'KUBELET', cell: ({ facts }) => facts.versions.kubelet || '-', wide: true },
    { header: 'TAINTS', cell: ({ facts }) => facts.taints.map(taintText).join(',') || '-', wide: true },
    ...(nodes.some(({ problem }) => problem !== '')
      ? [{ header: 'PROBLEM', cell: ({ problem }: NodeView) => problem }]
      : []),
  ];
  return renderTable(columns, nodes, options);
}

export function renderAgents(agents: readonly AgentView[], options: RenderOptions): string {
  const { nowMs } = options;
  const columns: Column<AgentView>[] = [
    { header: 'NODE', cell: ({ node }) => node },
    {
      header: 'PRESENCE',
      cell: ({ presence }) => presence,
      paint: (agent, text) => paintPresence(agent, options)(text),
    },
    { header: 'LAST SEEN', cell: ({ lastSeenTime }) => ageText(lastSeenTime, nowMs) },
    { header: 'CONNECTED', cell: ({ connectTime }) => (connectTime === null ? '-' : ageText(connectTime, nowMs)) },
    { header: 'SENT', cell: ({ sentRevision }) => sentRevision },
    { header: 'ACKNOWLEDGED', cell: ({ acknowledgedRevision }) => acknowledgedRevision },
    { header: 'VERSION', cell: ({ agentVersion }) => agentVersion || '-' },
    { header: 'ADDRESS', cell: ({ peerAddress }) => peerAddress || '-', wide: true },
    { header: 'PROTOCOL', cell: ({ protocolVersion }) => protocolVersion || '-', wide: true },
    { header: 'SESSION', cell: ({ sessionId }) => sessionId || '-', wide: true },
    { header: 'INSTANCE', cell: ({ instanceId }) => instanceId || '-', wide: true },
    {
      header: 'PROBLEM',
      cell: ({ refusal, problem }) => [refusal, problem].filter((text) => text !== '').join('; ') || '-',
    },
  ];
  return renderTable(columns, agents, options);
}

/** Highlights nodes whose agents are not present. */
export function paintPresence(
  { presence }: Pick<NodeView, 'presence'>,
  { style }: RenderOptions,
): (text: string) => string {
  return presence === 'present' ? style.good : presence === 'absent' ? style.bad : style.warn;
}

function presenceText({ presence, facts }: NodeView): string {
  return facts.unschedulable ? `${presence},cordoned` : presence;
}
