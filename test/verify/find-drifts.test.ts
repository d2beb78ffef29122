/** Drift of a node: compares its assignments with its pods. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Assignment } from '../../shared/model/assignment.ts';
import type { Drift } from '../../shared/model/drift.ts';
import type { PodHealth, PodPhase } from '../../shared/model/pod-health.ts';
import { findDrifts, keepStarts } from '../../shared/verify/find-drifts.ts';
import { podHealth } from '../fakes/pod-health.ts';
import { assignment } from '../fakes/scripted-stream.ts';
import { naiveDrifts } from './naive-find-drifts.ts';

const NOW_MS = 1_000_000;

function pod(changes: Partial<PodHealth> = {}): PodHealth {
  return podHealth({ daemonSet: 'default/agent', podName: 'agent-1', ...changes });
}

const drifts = (assignments: Assignment[], pods: PodHealth[], previous: Drift[] = []) =>
  findDrifts({ node: 'n1', assignments, pods, previous, nowMs: NOW_MS });
const found = (assignments: Assignment[], pods: PodHealth[]) =>
  drifts(assignments, pods).map(({ kind, podName, detail }) => [kind, podName, detail].filter(Boolean).join(' '));
const run = [assignment('agent')];
const keep = [assignment('agent', { verdict: 'keep' })];

describe('a node that should run a daemon pod', () => {
  it('has no drift with one ready pod of the assigned template', () => {
    expect(found(run, [pod()])).toEqual([]);
  });

  it('has a missing pod if there is none', () => {
    expect(drifts(run, [])).toEqual([
      { kind: 'missing', daemonSet: 'default/agent', node: 'n1', podName: '', detail: '', sinceMs: NOW_MS },
    ]);
  });

  it.each([
    [
      'a waiting reason',
      { waitingReason: 'CrashLoopBackOff', waitingMessage: 'back-off 5m0s' },
      'CrashLoopBackOff: back-off 5m0s',
    ],
    ['a reason without a message', { phase: 'Pending', waitingReason: 'ImagePullBackOff' }, 'ImagePullBackOff'],
    ['no reason', {}, 'not ready'],
    ['only a phase', { phase: 'Pending' }, 'Pending'],
  ] as const)('has an unhealthy pod if it is not ready with %s', (_, changes, detail) => {
    expect(found(run, [pod({ ready: false, ...changes })])).toEqual([`unhealthy agent-1 ${detail}`]);
  });

  it('has an unhealthy pod, not a missing one, if the pod failed', () => {
    const failed = pod({ phase: 'Failed', ready: false, waitingReason: 'Evicted' });
    expect(found(run, [failed])).toEqual(['unhealthy agent-1 Evicted; waiting for its replacement']);
  });

  it('has no drift if a failed pod has been replaced', () => {
    const failed = pod({ phase: 'Failed', ready: false, podName: 'agent-0' });
    expect(found(run, [failed, pod()])).toEqual([]);
  });

  it('has a duplicate for every pod except the oldest', () => {
    const pods = [
      pod({ podName: 'agent-1', createdMs: 30 }),
      pod({ podName: 'agent-2', createdMs: 10 }),
      pod({ podName: 'agent-3', createdMs: 30 }),
    ];
    expect(found(run, pods)).toEqual([
      'duplicate agent-1 older pod agent-2 exists',
      'duplicate agent-3 older pod agent-2 exists',
    ]);
  });

  it('has a duplicate for an unscheduled pod beside a newer scheduled pod', () => {
    const pods = [
      pod({ podName: 'agent-1', createdMs: 30 }),
      pod({ podName: 'agent-2', createdMs: 10, unscheduled: true }),
    ];
    expect(found(run, pods)).toEqual(['duplicate agent-2 scheduled pod agent-1 exists']);
  });

  it('has an outdated pod if the template differs or is unknown', () => {
    expect(found(run, [pod({ templateRevision: 'r0' })])).toEqual([
      'outdated agent-1 template revision r0 instead of r1',
    ]);
    expect(found(run, [pod({ templateRevision: '' })])).toEqual([
      'outdated agent-1 template revision unknown instead of r1',
    ]);
  });

  it('has no drift while a ready pod is being deleted, and an unhealthy pod when it is not ready', () => {
    expect(found(run, [pod({ terminating: true, templateRevision: 'r0' })])).toEqual([]);
    expect(found(run, [pod({ terminating: true, ready: false })])).toEqual(['unhealthy agent-1 being deleted']);
  });

  it('has a missing pod if the only pod failed and is being deleted', () => {
    expect(found(run, [pod({ terminating: true, phase: 'Failed', ready: false })])).toEqual(['missing']);
  });

  it('has an unexpected pod if the pod belongs to a deleted DaemonSet with the same name', () => {
    const assigned = [assignment('agent', { daemonSetUid: 'new' })];
    expect(found(assigned, [pod({ daemonSetUid: 'old' })])).toEqual([
      'missing',
      'unexpected agent-1 it belongs to a deleted DaemonSet with the same name; phase Running',
    ]);
    expect(found(assigned, [pod({ daemonSetUid: '' })])).toEqual([]);
  });

  it('has no duplicate while a surge runs a pod of the new template beside one of an older template', () => {
    const old = pod({ podName: 'agent-1', createdMs: 10, templateRevision: 'r0' });
    const pods = [old, pod({ podName: 'agent-2', createdMs: 20 })];
    const outdated = 'outdated agent-1 template revision r0 instead of r1';
    expect(found([assignment('agent', { surge: true })], pods)).toEqual([outdated]);
    expect(found(run, pods)).toEqual(['duplicate agent-2 older pod agent-1 exists', outdated]);
  });

  it('has a duplicate for the second pod of each template during a surge', () => {
    const pods = [
      pod({ podName: 'agent-1', createdMs: 10, templateRevision: 'r0' }),
      pod({ podName: 'agent-2', createdMs: 20 }),
      pod({ podName: 'agent-3', createdMs: 30 }),
      pod({ podName: 'agent-4', createdMs: 40, templateRevision: 'r0' }),
    ];
    const duplicates = drifts([assignment('agent', { surge: true })], pods).filter(({ kind }) => kind === 'duplicate');
    expect(duplicates.map(({ podName, detail }) => `${podName}: ${detail}`)).toEqual([
      'agent-3: older pod agent-2 exists',
      'agent-4: older pod agent-1 exists',
    ]);
  });
});

describe('a node that may keep a daemon pod', () => {
  it('has no drift without a pod, and with one pod in any state', () => {
    expect(found(keep, [])).toEqual([]);
    expect(found(keep, [pod()])).toEqual([]);
    expect(found(keep, [pod({ ready: false, templateRevision: 'r0' })])).toEqual([]);
  });

  it('has a duplicate for a second pod', () => {
    expect(found(keep, [pod(), pod({ podName: 'agent-2' })])).toEqual(['duplicate agent-2 older pod agent-1 exists']);
  });
});

describe('a node that must not run a daemon pod', () => {
  it('has an unexpected pod for every pod, regardless of its state', () => {
    const pods = [pod(), pod({ podName: 'agent-2', phase: 'Failed', ready: false })];
    expect(found([], pods)).toEqual([
      'unexpected agent-1 no assignment matches this pod; phase Running',
      'unexpected agent-2 no assignment matches this pod; phase Failed',
    ]);
  });

  it('has no drift for a pod that is being deleted', () => {
    expect(found([], [pod({ terminating: true })])).toEqual([]);
  });
});

describe('the start time of a drift', () => {
  it('does not change with the detail', () => {
    const before = findDrifts({
      node: 'n1',
      assignments: run,
      pods: [pod({ ready: false })],
      previous: [],
      nowMs: 5,
    });
    const [now] = drifts(run, [pod({ ready: false, waitingReason: 'CrashLoopBackOff' })], before);
    expect(now).toMatchObject({ sinceMs: 5, detail: 'CrashLoopBackOff' });
  });

  it('is the time when the pod stopped being ready, but not in the future', () => {
    const sinceOf = (changes: Partial<PodHealth>) => drifts(run, [pod({ ready: false, ...changes })])[0]?.sinceMs;
    expect(sinceOf({ sinceMs: 70, createdMs: 60 })).toBe(70);
    expect(sinceOf({ createdMs: 60 })).toBe(60);
    expect(sinceOf({ sinceMs: NOW_MS + 1 })).toBe(NOW_MS);
    expect(sinceOf({})).toBe(NOW_MS);
  });

  it('is new after the drift ended, and for another pod', () => {
    const before = findDrifts({ node: 'n1', assignments: run, pods: [pod({ ready: false })], previous: [], nowMs: 5 });
    const [other] = drifts(run, [pod({ podName: 'agent-2', ready: false })], before);
    expect(other?.sinceMs).toBe(NOW_MS);
    expect(keepStarts([], before)).toEqual([]);
  });
});

describe('verification', () => {
  const names = fc.constantFrom('a', 'b', 'c');
  const anyAssignment = fc.record({
    daemonSet: names.map((name) => `default/${name}`),
    daemonSetUid: fc.constantFrom('', 'u1', 'u2'),
    verdict: fc.constantFrom<Assignment['verdict']>('run', 'keep'),
    templateRevision: fc.constantFrom('r1', 'r2'),
    effectiveRevision: fc.constant(1),
    minReadySeconds: fc.constant(0),
    surge: fc.boolean(),
  });
  const anyPod = fc.record({
    daemonSet: names.map((name) => `default/${name}`),
    daemonSetUid: fc.constantFrom('', 'u1', 'u2'),
    podName: fc.integer({ min: 1, max: 99 }).map((number) => `pod-${number}`),
    podUid: fc.constant(''),
    phase: fc.constantFrom<PodPhase>('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'),
    ready: fc.boolean(),
    available: fc.constant(false),
    restartCount: fc.constant(0),
    waitingReason: fc.constantFrom('', 'CrashLoopBackOff'),
    waitingMessage: fc.constant(''),
    templateRevision: fc.constantFrom('', 'r1', 'r2'),
    sinceMs: fc.constant(0),
    createdMs: fc.integer({ min: 0, max: 3 }),
    terminating: fc.boolean(),
  });
  const nodes = fc.record({
    assignments: fc.uniqueArray(anyAssignment, { selector: ({ daemonSet }) => daemonSet, maxLength: 3 }),
    pods: fc.uniqueArray(anyPod, { selector: ({ podName }) => podName, maxLength: 8 }),
  });

  it('equals the naive implementation', () => {
    fc.assert(
      fc.property(nodes, ({ assignments, pods }) => {
        const actual = drifts(assignments, pods).map(
          ({ kind, daemonSet, podName }) => `${kind} ${daemonSet} ${podName}`,
        );
        expect(actual.toSorted()).toEqual(naiveDrifts(assignments, pods).toSorted());
      }),
      { numRuns: 2000 },
    );
  });

  it('does not depend on the order of pods and assignments', () => {
    fc.assert(
      fc.property(nodes, ({ assignments, pods }) => {
        expect(drifts(assignments.toReversed(), pods.toReversed())).toEqual(drifts(assignments, pods));
      }),
    );
  });
});
