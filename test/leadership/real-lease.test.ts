/** Leader election with the Leases of a real and of the fake API server, with only the rights of the coordinator. */
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { KubernetesLease, type LeaseClient } from '../../coordinator/leadership/kubernetes-lease.ts';
import { Leadership } from '../../coordinator/leadership/leadership.ts';
import { ApiServerClient } from '../../shared/api-server/api-server-client.ts';
import { systemClock } from '../../shared/clock.ts';
import { createLogger } from '../../shared/logging.ts';
import {
  type ControlPlane,
  hasControlPlane,
  START_PATIENCE_MS,
  startControlPlane,
} from '../api-server/control-plane.ts';
import { startFakeApiServer } from '../fakes/fake-api-server.ts';
import { applyRights, coordinatorClient, NAMESPACE } from '../identity/service-accounts.ts';

const log = createLogger({ program: 'test', level: 'silent', format: 'json' });
/** The only Lease that the Role of the coordinator allows. */
const NAME = { namespace: NAMESPACE, name: 'rollcall-coordinator' };
const PATH = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases/rollcall-coordinator`;
/** A stopped leader releases the Lease, so no candidate waits until it expires. */
const PATIENCE_MS = 30_000;

function electsOneLeader(clientOf: () => Promise<ApiServerClient>): void {
  const candidate = (client: LeaseClient, identity: string): Leadership => {
    const lease = new KubernetesLease(client, NAME);
    const leadership = new Leadership({ lease, identity, clock: systemClock, random: () => 0.5, log });
    onTestFinished(() => leadership.stop());
    return leadership;
  };

  it('lets one of two candidates lead, and the other one after the first released the Lease', {
    timeout: PATIENCE_MS,
  }, async () => {
    const client = await clientOf();
    const [a, b] = [candidate(client, 'a'), candidate(client, 'b')];
    const leading = [a.waitUntilLeading(), b.waitUntilLeading()];
    await Promise.race(leading);
    expect([a.isLeading, b.isLeading].filter(Boolean)).toHaveLength(1);
    const [first, second] = a.isLeading ? [a, b] : [b, a];
    first.publishHeads(() => ({ revision: 7, hash: 'abc' }));
    await first.stop();
    expect(await (second === a ? leading[0] : leading[1])).toBe(true);
    expect(second.isLeading).toBe(true);
    const lease = (await client.get(PATH)) as { metadata: { annotations: object }; spec: object };
    expect(lease.spec).toMatchObject({
      holderIdentity: second === a ? 'a' : 'b',
      leaseDurationSeconds: 15,
      leaseTransitions: 1,
    });
    // The annotation of the first leader stays, so that an audit can compare the journal with it.
    expect(lease.metadata.annotations).toEqual({ 'rollcall.dev/journal-head': '7 abc' });
  });
}

describe('on the fake API server', () => {
  electsOneLeader(async () => {
    const { access } = await startFakeApiServer();
    const client = new ApiServerClient({ access, clock: systemClock, userAgent: 'rollcall-test' });
    onTestFinished(() => client.close());
    return client;
  });
});

describe.skipIf(!hasControlPlane)('on a real API server', () => {
  let controlPlane: ControlPlane;
  beforeAll(async () => {
    controlPlane = await startControlPlane();
    await applyRights(controlPlane);
  }, START_PATIENCE_MS);
  afterAll(() => controlPlane?.stop());

  electsOneLeader(async () => {
    const client = await coordinatorClient(controlPlane);
    onTestFinished(() => client.close());
    return client;
  });
});
