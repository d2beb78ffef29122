/** The revision hash of a DaemonSet's template, and how long the source waits for it. */
import { describe, expect, it } from 'vitest';
import { REVISION_TIMEOUT_MS } from '../../coordinator/cluster/api-server-source.ts';
import { eventually } from '../fakes/eventually.ts';
import {
  DAEMON_SETS,
  daemonSet,
  heard,
  REVISIONS,
  revision,
  type Site,
  synced,
  withRevision,
} from './api-server-site.ts';

describe('the revision hash of a template', () => {
  const nameIn = ({ listener }: Site) => listener.applied.get('default/a')?.templateRevision;

  it('is that of the ControllerRevision with an equal template', async () => {
    const made = await synced((server) => {
      withRevision(server);
      server.apply(REVISIONS, revision('hash2', 'a:2', 2));
    });
    expect(nameIn(made)).toBe('hash1');
  });

  it('is awaited when the template changes, so that the change is emitted once', async () => {
    const made = await synced(withRevision);
    made.server.apply(DAEMON_SETS, daemonSet('a:2', { generation: 2, observedGeneration: 1 }));
    expect(await heard(made)).toEqual([]);
    made.server.apply(REVISIONS, revision('hash2', 'a:2', 2));
    await eventually(() => nameIn(made) === 'hash2');
    made.server.apply(DAEMON_SETS, daemonSet('a:2', { generation: 2 }));
    made.clock.advance(REVISION_TIMEOUT_MS);
    expect([...made.listener.take(), ...(await heard(made))]).toEqual(['applied default/a']);
  });

  it('is the previous one after a rollback, regardless of the revision number', async () => {
    const made = await synced((server) => {
      server.apply(DAEMON_SETS, daemonSet('a:2'));
      server.apply(REVISIONS, revision('hash1', 'a:1', 1));
      server.apply(REVISIONS, revision('hash2', 'a:2', 2));
    });
    made.server.apply(DAEMON_SETS, daemonSet('a:1', { generation: 2, observedGeneration: 1 }));
    await eventually(() => nameIn(made) === 'hash1');
    expect(made.listener.take()).toEqual(['applied default/a']);
  });

  it('is computed by Rollcall if no ControllerRevision appears in time', async () => {
    const made = await synced();
    made.server.apply(DAEMON_SETS, daemonSet('a:1', { observedGeneration: 0 }));
    expect(await heard(made)).toEqual([]);
    made.clock.advance(REVISION_TIMEOUT_MS);
    expect(made.listener.take()).toEqual(['applied default/a']);
    expect(nameIn(made)).toBeUndefined();
  });

  it('is that of the newest ControllerRevision if the controller has observed the DaemonSet and no template is equal', async () => {
    const made = await synced((server) => {
      server.apply(DAEMON_SETS, daemonSet('a:1'));
      server.apply(REVISIONS, revision('hash2', 'with other defaults', 2));
      server.apply(REVISIONS, revision('hash1', 'older', 1));
    });
    expect(nameIn(made)).toBe('hash2');
  });
});
