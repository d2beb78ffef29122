/** The operations port of a real coordinator: the metrics match the events. */
import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CoordinatorOperations } from '../../coordinator/operations/operations.ts';
import type { ListWatchCounts } from '../../shared/api-server/list-watch.ts';
import { COORDINATOR_METRICS } from '../../shared/operations/metric-catalogue.ts';
import { temporaryFolder } from '../fakes/temporary-folder.ts';
import { addDaemonSet, addNode, type RunningCoordinator, startTestCoordinator } from '../server/running-coordinator.ts';

const counts = { lists: 2, watches: 3, events: 40, ends: { closed: 1, expired: 1 } } as unknown as ListWatchCounts;
const source = { counts: () => ({ nodes: counts }) };

describe('the operations port of a coordinator', () => {
  let running: RunningCoordinator;
  let operations: CoordinatorOperations;

  beforeEach(async () => {
    const dataFolder = temporaryFolder();
    mkdirSync(dataFolder, { recursive: true });
    running = await startTestCoordinator();
    const { log } = running.coordinator.server;
    operations = new CoordinatorOperations({
      listen: { host: '127.0.0.1', port: 0 },
      dataFolder,
      version: '1.2.3',
      log,
    });
    await operations.start();
  });

  afterEach(() => operations.stop());

  async function get(path: string): Promise<{ status: number; text: string }> {
    const response = await fetch(`http://127.0.0.1:${operations.port}${path}`);
    return { status: response.status, text: await response.text() };
  }

  it('reports the progress of the start and the shutdown', async () => {
    expect(await get('/readyz')).toEqual({ status: 503, text: 'starting: the journal is not open yet\n' });
    operations.opened(running.coordinator.metrics, source);
    expect((await get('/readyz')).text).toBe('starting: the sources have not been read yet\n');
    operations.serving(null);
    expect((await get('/readyz')).status).toBe(200);
    operations.draining();
    expect(await get('/readyz')).toEqual({ status: 503, text: 'draining: the coordinator is shutting down\n' });
    expect((await get('/livez')).status).toBe(200);
  });

  it('reports why it is a standby until it opens the journal', async () => {
    operations.standingBy('coordinator-1 leads');
    expect(await get('/readyz')).toEqual({ status: 503, text: 'standing by: coordinator-1 leads\n' });
    operations.opening();
    expect((await get('/readyz')).text).toBe('starting: the journal is not open yet\n');
  });

  it('reports the expiration of the certificate', async () => {
    operations.serving({ notAfterMs: 2_000_000_000_000 });
    expect((await get('/metrics')).text).toContain('\nrollcall_certificate_expiry_time_seconds 2000000000\n');
  });

  it('serves exactly the metrics of the catalogue', async () => {
    operations.opened(running.coordinator.metrics, source);
    const { text } = await get('/metrics');
    const served = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name);
    expect(served.toSorted()).toEqual(Object.keys(COORDINATOR_METRICS).toSorted());
  });

  it('counts events', async () => {
    const { coordinator } = running;
    operations.opened(coordinator.metrics, source);
    addNode(coordinator, 'n4');
    addDaemonSet(coordinator, 'default/c');
    await coordinator.journal.durable(coordinator.journal.nextRevision - 1);
    const { text } = await get('/metrics');
    expect(text).toContain('rollcall_build_info{version="1.2.3"} 1');
    expect(text).toContain('rollcall_nodes{presence="never-seen"} 4');
    expect(text).toContain('rollcall_source_lists_total{collection="nodes"} 2');
    expect(text).toContain('rollcall_source_events_total{collection="nodes"} 40');
    expect(text).toContain('rollcall_source_ends_total{collection="nodes",end="expired"} 1');
    expect(text).toContain('rollcall_daemonset_selected_nodes{namespace="default",daemonset="c"} 4');
    expect(text).toContain('rollcall_daemonset_drift_nodes{namespace="default",daemonset="c",kind="unknown"} 4');
    expect(text).toContain(`rollcall_evaluated_pairs_total ${coordinator.counters.pairsEvaluated}\n`);
    expect(text).toContain(`rollcall_journal_head_revision ${coordinator.journal.durableRevision}\n`);
    expect(text).toMatch(/rollcall_journal_commit_rows_count [1-9]/);
    expect(text).toMatch(/rollcall_journal_free_bytes [1-9]/);
  });
});
