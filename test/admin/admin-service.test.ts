/** The admin service over real gRPC. */
import { expect, test } from 'vitest';
import { Admin, ask, failure, startTestCoordinator } from '../server/running-coordinator.ts';

test('the admin service drains sessions and reevaluates placements, within limits', async () => {
  const { admin } = await startTestCoordinator();
  expect(await ask(admin, Admin.Reevaluate, {})).toMatchObject({ evaluatedCount: 6, changedCount: 0 });
  expect(await ask(admin, Admin.Reevaluate, { daemonSet: { name: 'a' } })).toMatchObject({
    evaluatedCount: 3,
  });
  expect(await ask(admin, Admin.DrainSessions, { window: { seconds: '10' } })).toMatchObject({
    sessionCount: 0,
  });
  for (const seconds of ['-1', '3601', '9223372036854775807']) {
    expect((await failure(ask(admin, Admin.DrainSessions, { window: { seconds } }))).reason).toBe('ARGUMENT_INVALID');
  }
});
