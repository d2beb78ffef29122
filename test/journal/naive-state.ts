/** Computes the state after a list of events naively, as the expected content of the derived tables. */

import type { JournalState } from '../../coordinator/journal/read/journal-state.ts';
import type { JournalEvent } from '../../shared/journal-format/events.ts';

type Plain = Omit<JournalState, 'placements'> & { placements: object[] };

/** The state of a journal in a canonical order. */
export function comparable(state: JournalState): Plain {
  return {
    ...state,
    nodes: sorted(state.nodes),
    daemonSets: sorted(state.daemonSets),
    placements: sorted([...state.placements]),
    agents: sorted(state.agents),
    pods: sorted(state.pods),
    drifts: sorted(state.drifts),
  };
}

/** Finds each part of the state by searching the events from the newest to the oldest. */
export function naiveState(events: readonly JournalEvent[]): Plain {
  const newestFirst = events.toReversed();
  const nodes = unique(events.flatMap((event) => ('node' in event ? [event.node] : [])));
  const keys = unique(events.flatMap((event) => ('daemonSet' in event ? [event.daemonSet] : [])));
  const sinceNodeRemoval = (node: string) => {
    const index = newestFirst.findIndex(
      (event) => event.kind === 'node' && event.node === node && event.action === 'removed',
    );
    return (index < 0 ? newestFirst : newestFirst.slice(0, index)).filter(
      (event) => 'node' in event && event.node === node,
    );
  };
  const started = newestFirst.find((event) => event.kind === 'coordinator' && event.action === 'started');
  return {
    revision: events.length,
    engineVersion: started?.kind === 'coordinator' ? started.engineVersion : null,
    nodes: sorted(nodes.flatMap((node) => nodeState(sinceNodeRemoval(node)))),
    daemonSets: sorted(keys.flatMap((key) => daemonSetState(newestFirst, key))),
    placements: sorted(nodes.flatMap((node) => keys.flatMap((key) => placementState(newestFirst, node, key)))),
    removedDaemonSets: keys
      .flatMap((key) => removedState(events, key))
      .sort((a, b) => b.removedRevision - a.removedRevision),
    agents: sorted(nodes.flatMap((node) => agentState(node, sinceNodeRemoval(node)))),
    pods: sorted(nodes.flatMap((node) => podState(sinceNodeRemoval(node)))),
    drifts: sorted(nodes.flatMap((node) => driftState(sinceNodeRemoval(node)))),
    openIntents: events.flatMap((event) => openIntent(event, events)),
  };
}

/** An intent that no later event names as its cause. */
function openIntent(event: JournalEvent, events: readonly JournalEvent[]): JournalState['openIntents'] {
  if (event.kind !== 'write' || event.action !== 'intended') return [];
  if (events.some(({ kind, cause }) => kind === 'write' && cause.revision === event.revision)) return [];
  const { revision, node, daemonSet, write, cause } = event;
  return [{ revision, node, daemonSet, write, cause: { ...cause, actor: '' } }];
}

function nodeState(newestFirst: readonly JournalEvent[]): JournalState['nodes'] {
  const newest = newestFirst.find((event) => event.kind === 'node');
  if (newest?.kind !== 'node' || newest.facts === null) return [];
  const { facts, origin, source, occurredMs, revision } = newest;
  return [{ facts, origin, source, observedMs: occurredMs, effectiveRevision: revision }];
}

function daemonSetState(newestFirst: readonly JournalEvent[], key: string): JournalState['daemonSets'] {
  const own = newestFirst.flatMap((event) => (event.kind === 'daemon-set' && event.daemonSet === key ? [event] : []));
  const removal = own.findIndex((event) => event.action === 'removed');
  const [newest, ...older] = removal < 0 ? own : own.slice(0, removal);
  if (newest === undefined) return [];
  const good = [newest, ...older].find((event) => event.action === 'added' || event.action === 'changed');
  return [{ key, record: good?.record ?? null, effectiveRevision: good?.revision ?? 0, problems: newest.problems }];
}

function removedState(events: readonly JournalEvent[], key: string): JournalState['removedDaemonSets'] {
  let isInForce = false;
  let removedRevision = 0;
  for (const event of events) {
    if (event.kind !== 'daemon-set' || event.daemonSet !== key) continue;
    if (event.action === 'removed' && isInForce) removedRevision = event.revision;
    if (event.action === 'removed') isInForce = false;
    if (event.action === 'added' || event.action === 'changed') isInForce = true;
  }
  return removedRevision > 0 && !isInForce ? [{ key, removedRevision }] : [];
}

function placementState(newestFirst: readonly JournalEvent[], node: string, key: string): object[] {
  const newest = newestFirst.find(
    (event) => event.kind === 'decision' && event.node === node && event.daemonSet === key,
  );
  if (newest?.kind !== 'decision' || newest.to === null) return [];
  return [{ node, daemonSet: key, verdict: newest.to, effectiveRevision: newest.revision, sinceMs: newest.occurredMs }];
}

function agentState(node: string, newestFirst: readonly JournalEvent[]): JournalState['agents'] {
  const seen = newestFirst.flatMap((event) => {
    if (event.kind === 'assignment') return [event.occurredMs];
    return event.kind === 'agent' && event.action !== 'refused' ? [event.lastSeenMs] : [];
  });
  if (seen.length === 0) return [];
  const answer = newestFirst.find((event) => event.kind === 'assignment' && event.action === 'acknowledged');
  const instance = newestFirst.find(
    (event) =>
      (event.kind === 'assignment' && event.action === 'acknowledged') ||
      (event.kind === 'agent' && event.action === 'connected'),
  );
  const presence = newestFirst.find(
    (event) => event.kind === 'agent' && (event.action === 'connected' || event.action === 'absent'),
  );
  return [
    {
      node,
      acknowledgedRevision: answer?.kind === 'assignment' ? answer.assignmentRevision : 0,
      digest: answer?.kind === 'assignment' ? answer.digest : '',
      instanceId: instance !== undefined && 'instanceId' in instance ? instance.instanceId : '',
      lastSeenMs: Math.max(...seen),
      isPresent: presence?.kind === 'agent' && presence.action === 'connected',
    },
  ];
}

function podState(newestFirst: readonly JournalEvent[]): JournalState['pods'] {
  const newest = newestFirst.find((event) => event.kind === 'pod');
  if (newest?.kind !== 'pod') return [];
  const { node, pods, verifiedRevision, occurredMs } = newest;
  return [{ node, pods, verifiedRevision, observedMs: occurredMs }];
}

function driftState(newestFirst: readonly JournalEvent[]): JournalState['drifts'] {
  const drifts = newestFirst.flatMap((event) => (event.kind === 'drift' ? [event] : []));
  const identity = ({ drift }: (typeof drifts)[number]) => `${drift.daemonSet} ${drift.kind} ${drift.podName}`;
  const newest = drifts.filter(
    (event, index) => drifts.findIndex((other) => identity(other) === identity(event)) === index,
  );
  return newest.filter((event) => event.action !== 'ended').map((event) => event.drift);
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

export function sorted<Value extends object>(values: readonly Value[]): Value[] {
  const text = (value: Value) =>
    JSON.stringify(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
  return values.toSorted((left, right) => (text(left) < text(right) ? -1 : 1));
}
