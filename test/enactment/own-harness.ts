/** A DaemonSet controller on a fake API server, with placements that a test sets, and a journal in memory that is always durable. */
import { onTestFinished } from 'vitest';
import { ApiServerClusterWriter } from '../../coordinator/enactment/api-server-cluster-writer.ts';
import {
  DaemonSetController,
  type DaemonSetControllerOptions,
} from '../../coordinator/enactment/daemon-set-controller.ts';
import type { OwnedNode } from '../../coordinator/rollout/daemon-set-state.ts';
import type { FakeApiServer } from '../../deploy/simulated-cluster/fake-api-server.ts';
import type { StoredObject } from '../../deploy/simulated-cluster/stored-object.ts';
import { ApiServerReader } from '../../shared/api-server/api-server-reader.ts';
import type { NewEvent, WriteEvent } from '../../shared/journal-format/events.ts';
import { createLogger } from '../../shared/logging.ts';
import type { DaemonSetRecord } from '../../shared/model/daemon-set-record.ts';
import type { Verdict } from '../../shared/placement/types.ts';
import { eventually } from '../fakes/eventually.ts';
import { startFakeApiServer } from '../fakes/fake-api-server.ts';
import { FakeClock } from '../fakes/fake-clock.ts';

export const KEY = 'default/agent';
const DAEMON_SETS = '/apis/apps/v1/daemonsets';
const PODS = '/api/v1/pods';

export class OwnHarness {
  readonly api: FakeApiServer;
  readonly clock = new FakeClock();
  readonly events: NewEvent[] = [];
  /** What was reported about another controller. */
  readonly foreign: string[] = [];
  /** The number of plans that were made. */
  plans = 0;
  readonly controller: DaemonSetController;
  readonly #nodes = new Map<string, Verdict>();

  static async start(options: Partial<DaemonSetControllerOptions> = {}, nodeCount = 3): Promise<OwnHarness> {
    const harness = new OwnHarness(await startFakeApiServer(), options);
    for (let number = 1; number <= nodeCount; number++) harness.setVerdict(`n${number}`, 'run');
    harness.api.apply(DAEMON_SETS, daemonSet());
    await harness.controller.start();
    onTestFinished(() => harness.controller.stop());
    return harness;
  }

  private constructor(api: FakeApiServer, options: Partial<DaemonSetControllerOptions>) {
    this.api = api;
    const connection = { access: api.access, clock: this.clock, userAgent: 'rollcall-test' };
    const [reader, writer] = [new ApiServerReader(connection), new ApiServerClusterWriter(connection)];
    onTestFinished(() => {
      reader.close();
      writer.close();
    });
    this.controller = new DaemonSetController({
      placements: {
        daemonSet: () => ({ record: this.#record(), effectiveRevision: 1 }),
        verdicts: () => this.#owned(),
      },
      journal: { append: (events) => this.#append(events), durable: () => Promise.resolve() },
      openIntents: [],
      writer,
      reader,
      clock: this.clock,
      random: () => 0,
      randomId: () => `${this.events.length}`,
      log: createLogger({ program: 'test', level: 'silent', format: 'json' }),
      rate: { perSecond: 1_000, burst: 1_000 },
      isDryRun: false,
      excludedNamespaces: [],
      foreignWriterFound: (what) => this.foreign.push(what),
      ...options,
    });
  }

  setVerdict(node: string, verdict: Verdict | null): void {
    if (verdict === null) this.#nodes.delete(node);
    else this.#nodes.set(node, verdict);
    const changes = [{ node, daemonSet: KEY, from: null, to: verdict }];
    this.controller.recorded({ trigger: 'node-change', changes, daemonSets: [] });
  }

  pods(): readonly StoredObject[] {
    return this.api.store.objects(PODS);
  }

  /** The number of requests so far to create a pod. */
  get creations(): number {
    return this.api.requests.filter(({ method, path }) => method === 'POST' && path.endsWith('/pods')).length;
  }

  writes(): WriteEvent[] {
    return this.events.filter((event) => event.kind === 'write');
  }

  /** Lets time pass until the condition holds. */
  until(holds: () => boolean, stepMs = 1): Promise<void> {
    return eventually(holds, () => this.clock.advance(stepMs));
  }

  /** Lets time pass in steps, between which responses and events that are under way arrive. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.clock.nowMs() + ms;
    await this.until(() => this.clock.nowMs() >= untilMs, ms / 40);
  }

  #append(events: readonly NewEvent[]): number {
    this.events.push(...events);
    return this.events.length - events.length + 1;
  }

  *#owned(): Iterable<OwnedNode & { effectiveRevision: number }> {
    this.plans++;
    for (const [name, verdict] of this.#nodes) yield { name, uid: `uid-${name}`, verdict, effectiveRevision: 1 };
  }

  #record(): DaemonSetRecord {
    const metadata = this.api.store.get(DAEMON_SETS, 'agent', 'default')?.metadata;
    return { uid: metadata?.uid, generation: metadata?.['generation'] } as unknown as DaemonSetRecord;
  }
}

function daemonSet(image = 'example.org/daemon:1'): StoredObject {
  const labels = { app: 'agent' };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'default', generation: 1 },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'daemon', image }] } },
    },
    status: {},
  };
}
