/** The stream settings by the number of agents. */
import { expect, test } from 'vitest';
import { welcome } from '../../coordinator/agents/welcome.ts';
import { ADMISSION } from '../../coordinator/limits.ts';

const FACTS = {
  storeId: 'store-1',
  version: '1',
  leaseMs: 40_000,
  heartbeatMs: 10_000,
  nowMs: 0,
  resumed: false,
  lastReportSequence: 0,
};

function reconnectSeconds(agentCount: number): number {
  const { settings } = welcome({ sessionId: 's', protocolVersion: 1 } as Parameters<typeof welcome>[0], {
    ...FACTS,
    agentCount,
  });
  return Number(settings?.maxReconnectDelay?.seconds);
}

test.each([
  [1, 10],
  [500, 10],
  [1_000, 20],
  [3_000, 60],
  [5_000, 60],
])('%d agents reconnect within at most %d seconds', (agentCount, seconds) => {
  expect(reconnectSeconds(agentCount)).toBe(seconds);
});

test('the rate limit admits the reconnects of the largest fleet', () => {
  for (const agentCount of [1, 500, 1_000, 5_000]) {
    const attemptsPerSecond = agentCount / (reconnectSeconds(agentCount) / 2);
    expect(attemptsPerSecond).toBeLessThan(ADMISSION.perSecond);
  }
});
