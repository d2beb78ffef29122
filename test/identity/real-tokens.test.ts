/** Authentication of agents and users with tokens of a real API server, and recorded denials. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KubernetesAuthenticator } from '../../coordinator/identity/kubernetes/kubernetes-authenticator.ts';
import type { ApiServerClient } from '../../shared/api-server/api-server-client.ts';
import { systemClock } from '../../shared/clock.ts';
import { RawAgent } from '../agents/raw-agent.ts';
import {
  type ControlPlane,
  hasControlPlane,
  START_PATIENCE_MS,
  startControlPlane,
} from '../api-server/control-plane.ts';
import { Admin, ask, failure, Query } from '../server/running-coordinator.ts';
import { TlsCoordinator } from '../tls/tls-coordinator.ts';
import {
  anHourAgo,
  applyRights,
  coordinatorClient,
  createPod,
  deletePod,
  NAMESPACE,
  tokenOf,
} from './service-accounts.ts';

describe.skipIf(!hasControlPlane)('with tokens of a real API server', () => {
  let controlPlane: ControlPlane;
  let client: ApiServerClient;
  let pods: Readonly<Record<'n1' | 'n2' | 'other', { name: string; uid: string }>>;

  beforeAll(async () => {
    controlPlane = await startControlPlane();
    await applyRights(controlPlane);
    client = await coordinatorClient(controlPlane);
    const pod = async (name: string, nodeName: string, serviceAccountName = 'rollcall-agent') => {
      return { name, uid: await createPod(controlPlane, { name, nodeName, serviceAccountName }) };
    };
    pods = {
      n1: await pod('agent-1', 'n1'),
      n2: await pod('agent-2', 'n2'),
      other: await pod('other', 'n1', 'rollcall-viewer'),
    };
  }, START_PATIENCE_MS);
  afterAll(async () => {
    client?.close();
    await controlPlane?.stop();
  });

  function startTestCoordinator(): Promise<TlsCoordinator> {
    const agentServiceAccount = { namespace: NAMESPACE, name: 'rollcall-agent' };
    return TlsCoordinator.start(new KubernetesAuthenticator({ client, clock: systemClock, agentServiceAccount }));
  }

  it('accepts an agent only for the node that its pod runs on', async () => {
    const coordinator = await startTestCoordinator();
    const token = await tokenOf(controlPlane, 'rollcall-agent', { pod: pods.n1 });
    const agent = new RawAgent(coordinator.clients({ token })).hello('n1');
    await agent.until('assignmentUpdate');
    const impostor = new RawAgent(coordinator.clients({ token })).hello('n2');
    expect(await impostor.ended()).toMatchObject({ reason: 'NODE_IDENTITY_MISMATCH', exitCode: 4 });
    expect(await coordinator.denials()).toMatchObject([
      {
        node: 'n2',
        method: 'AgentService/Connect',
        reason: 'NODE_IDENTITY_MISMATCH',
        cause: { trigger: 'agent', actor: `system:serviceaccount:${NAMESPACE}:rollcall-agent` },
      },
    ]);
    expect(coordinator.running.coordinator.sessions.isPresent('n2')).toBe(false);
  });

  it.each<[string, () => Promise<string>, string, RegExp]>([
    [
      'of another audience',
      () => tokenOf(controlPlane, 'rollcall-agent', { pod: pods.n1, audience: 'https://kubernetes.default.svc' }),
      'TOKEN_REJECTED',
      /audience/,
    ],
    [
      'that has expired',
      async () => anHourAgo(controlPlane, await tokenOf(controlPlane, 'rollcall-agent', { pod: pods.n1 })),
      'TOKEN_REJECTED',
      /expired|is rejected/,
    ],
    [
      'of another ServiceAccount',
      () => tokenOf(controlPlane, 'rollcall-viewer', { pod: pods.other }),
      'PERMISSION_DENIED',
      /rollcall-viewer is not an agent/,
    ],
    ['that is bound to no pod', () => tokenOf(controlPlane, 'rollcall-agent'), 'TOKEN_REJECTED', /not bound to a pod/],
    [
      'of a pod that is gone',
      async () => {
        const pod = { name: 'gone', uid: await createPod(controlPlane, { name: 'gone', nodeName: 'n1' }) };
        const token = await tokenOf(controlPlane, 'rollcall-agent', { pod });
        await deletePod(controlPlane, 'gone');
        return token;
      },
      'TOKEN_REJECTED',
      /is rejected/,
    ],
    ['that is not a JWT', async () => 'nonsense', 'TOKEN_REJECTED', /is rejected/],
  ])('refuses an agent with a token %s, and records the denial', async (_what, tokenFor, reason, text) => {
    const coordinator = await startTestCoordinator();
    const token = await tokenFor();
    const end = await new RawAgent(coordinator.clients({ token })).hello('n1').ended();
    expect(end?.reason).toBe(reason);
    expect(end?.message).toMatch(text);
    const [denial, ...others] = await coordinator.denials();
    expect(denial).toMatchObject({ method: 'AgentService/Connect', reason, count: 1 });
    expect(others).toEqual([]);
    // Tokens are neither logged nor stored.
    expect([JSON.stringify(denial), ...coordinator.running.logged].filter((line) => line.includes(token))).toEqual([]);
  });

  it.each<[string, string[]]>([
    ['rollcall-viewer', ['read']],
    ['rollcall-planner', ['read', 'plan']],
    ['rollcall-admin', ['read', 'plan', 'administer']],
  ])('grants %s only the rights %s', async (serviceAccount, rights) => {
    const coordinator = await startTestCoordinator();
    const { query, admin } = coordinator.clients({ token: await tokenOf(controlPlane, serviceAccount) });
    const tries = {
      read: () => ask(query, Query.GetStatus, {}),
      plan: () => ask(query, Query.PlanPlacements, {}),
      administer: () => ask(admin, Admin.Reevaluate, {}),
    };
    const missing = Object.keys(tries).filter((right) => !rights.includes(right)) as (keyof typeof tries)[];
    for (const right of rights as (keyof typeof tries)[]) await tries[right]();
    for (const right of missing) {
      const refusal = await failure(tries[right]());
      expect(refusal).toMatchObject({ reason: 'PERMISSION_DENIED', exitCode: 4 });
      expect(refusal.message).toMatch(
        new RegExp(`is not allowed to ${right}; grant the verb .* ClusterRole rollcall-`),
      );
    }
    const denied = (await coordinator.denials()).map(({ reason, cause }) => [reason, cause.actor]);
    expect(denied).toEqual(
      missing.map(() => ['PERMISSION_DENIED', `system:serviceaccount:${NAMESPACE}:${serviceAccount}`]),
    );
  });
});
