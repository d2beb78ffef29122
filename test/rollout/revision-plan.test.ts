/** What is done about the ControllerRevisions of a DaemonSet, case by case. */
import { describe, expect, it } from 'vitest';
import { revisionData } from '../../coordinator/rollout/revision-data.ts';
import { planRevisions, type RevisionPlan } from '../../coordinator/rollout/revision-plan.ts';
import type { RawObject } from '../../shared/api-server/watch-event.ts';

const HASH = 'controller-revision-hash';
const template = {
  metadata: { labels: { app: 'agent', tier: 'node' } },
  spec: { containers: [{ name: 'c', image: 'i:1' }] },
};
const present = revisionData(template);
const former = revisionData({ ...template, spec: { containers: [{ name: 'c', image: 'i:0' }] } });
const daemonSet = { name: 'agent', namespace: 'system', uid: 'd1', selector: { matchLabels: { app: 'agent' } } };
const raw: RawObject = {
  metadata: { name: 'agent', namespace: 'system', uid: 'd1', resourceVersion: '1', annotations: { note: 'x' } },
  spec: { template },
};
const controller = (uid: string) => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  name: 'agent',
  uid,
  controller: true,
});

interface Given {
  readonly data?: object;
  readonly number?: number;
  readonly labels?: object;
  readonly owner?: string | null;
  readonly deletionTimestamp?: string;
}

function revision(name: string, given: Given = {}): RawObject {
  const { data = present, number = 1, labels = { app: 'agent', [HASH]: name }, owner = 'd1', ...more } = given;
  return {
    metadata: {
      name,
      uid: `uid-${name}`,
      resourceVersion: '1',
      labels,
      ...(owner && { ownerReferences: [controller(owner)] }),
      ...more,
    },
    data,
    revision: number,
  };
}

const plan = (revisions: readonly RawObject[], collisionCount: number | null = null): RevisionPlan =>
  planRevisions({ daemonSet, raw, revisions, collisionCount });

/** For example `update a number=3`. */
function inWords({ actions }: RevisionPlan): string[] {
  return actions.map((action) => {
    if (action.verb === 'create') return `create ${String(action.object['revision'])}`;
    const change = Object.entries(action.change).map(([field, value]) => `${field}=${value}`);
    return [action.verb, action.revision.metadata.name, ...change].join(' ');
  });
}

describe('a DaemonSet without revisions', () => {
  it('gets one that the built-in controller recognizes', () => {
    const { actions, hash } = plan([]);
    expect(hash).toMatch(/^[456789bcdf]{1,10}$/);
    expect(actions).toEqual([
      {
        verb: 'create',
        reason: 'new-template',
        name: `agent-${hash}`,
        object: {
          apiVersion: 'apps/v1',
          kind: 'ControllerRevision',
          metadata: {
            name: `agent-${hash}`,
            namespace: 'system',
            labels: { app: 'agent', tier: 'node', [HASH]: hash },
            annotations: { note: 'x' },
            ownerReferences: [{ ...controller('d1'), blockOwnerDeletion: true }],
          },
          data: present,
          revision: 1,
        },
      },
    ]);
  });

  it('gets the same hash each time, and another one after a collision', () => {
    expect(plan([]).hash).toBe(plan([]).hash);
    expect(new Set([null, 0, 1, 2].map((count) => plan([], count).hash)).size).toBe(4);
  });
});

describe('the revision of the present template', () => {
  it('is used as it is if it is the newest one, whatever its name', () => {
    const { actions, hash } = plan([revision('a', { data: former, number: 1 }), revision('b', { number: 2 })]);
    expect(actions).toEqual([]);
    expect(hash).toBe('b');
  });

  it('is created with the next number after a change of the template', () => {
    expect(
      inWords(plan([revision('a', { data: former, number: 4 }), revision('b', { data: former, number: 2 })])),
    ).toEqual(['create 5']);
  });

  it('becomes the newest one when the template returns to it', () => {
    const result = plan([revision('a', { number: 1 }), revision('b', { data: former, number: 6 })]);
    expect(inWords(result)).toEqual(['update a number=7']);
    expect(result.hash).toBe('a');
  });

  it('is found by its meaning if no revision has its bytes', () => {
    const older = revisionData({ ...template, metadata: { ...template.metadata, creationTimestamp: null } });
    const result = plan([revision('a', { data: older, number: 3 })]);
    expect(result.actions).toEqual([]);
    expect(result.hash).toBe('a');
  });

  it('is the one with its bytes if another one has its meaning only', () => {
    const older = revisionData({ ...template, metadata: { ...template.metadata, creationTimestamp: null } });
    expect(plan([revision('a', { data: older, number: 2 }), revision('b', { number: 3 })]).hash).toBe('b');
    expect(plan([revision('a', { data: older, number: 3 }), revision('b', { number: 2 })]).hash).toBe('b');
  });

  it('is the newest one of those with its bytes', () => {
    expect(plan([revision('a', { number: 2 }), revision('b', { number: 5 })])).toEqual({ actions: [], hash: 'b' });
  });
});

describe('a revision without a hash', () => {
  it('gets its name as the label, before its number changes', () => {
    const result = plan([revision('a', { labels: { app: 'agent' } }), revision('b', { data: former, number: 2 })]);
    expect(inWords(result)).toEqual(['update a hash=a']);
    expect(result.hash).toBe('a');
  });

  it('gets the label also if it is an old one', () => {
    const old = revision('a', { data: former, labels: { app: 'agent' } });
    expect(inWords(plan([old, revision('b', { number: 2 })]))).toEqual(['update a hash=a']);
  });
});

describe('a revision', () => {
  it('without a controller is adopted if its labels match, and counts at once', () => {
    const result = plan([revision('a', { owner: null })]);
    expect(inWords(result)).toEqual(['adopt a']);
    expect(result.hash).toBe('a');
  });

  it('without a controller is not adopted while it is deleted', () => {
    const deleted = revision('a', { owner: null, data: former, deletionTimestamp: '2026-12-01T00:00:00Z' });
    expect(inWords(plan([deleted]))).toEqual(['create 1']);
  });

  it('whose labels do not match any more is released', () => {
    const other = revision('a', { labels: { app: 'other' }, number: 9 });
    expect(inWords(plan([other]))).toEqual(['release a', 'create 1']);
  });

  it('of another controller is left alone, and its number does not count', () => {
    expect(inWords(plan([revision('a', { owner: 'other', number: 9 })]))).toEqual(['create 1']);
  });

  it('whose labels do not match and that has no controller is left alone', () => {
    expect(inWords(plan([revision('a', { owner: null, labels: {} })]))).toEqual(['create 1']);
  });
});

describe('the name of a new revision', () => {
  const { hash } = plan([]);
  const name = `agent-${hash}`;

  it.each<[string, Given]>([
    ['belongs to an earlier DaemonSet', { owner: 'earlier', labels: { app: 'agent', [HASH]: hash } }],
    ['has no labels', { owner: null, labels: {} }],
  ])('is not requested again if a revision with the same content %s', (_, given) => {
    expect(plan([revision(name, given)])).toMatchObject({ actions: [], hash: given.owner ? hash : name });
  });

  it('is requested if the revision of this name has another content, so that the conflict is counted', () => {
    expect(inWords(plan([revision(name, { owner: 'earlier', data: former })]))).toEqual(['create 1']);
  });
});
