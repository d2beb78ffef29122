/** Every call needs a right that somebody chose. */
import type { ServiceDefinition } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { RIGHT_OF_CALL } from '../../coordinator/identity/rights.ts';
import { contractDefinition } from '../../shared/rpc/contract.ts';

/** Of the contract; `format` is only there for messages and enums. */
const services = Object.values(contractDefinition).filter((entry) => !('format' in entry)) as ServiceDefinition[];
const calls = services.flatMap((service) => Object.values(service).map(({ path }) => path));

test('each call of the contract has its right, and no right is for a call that does not exist', () => {
  expect(calls).toContain('/rollcall.v1.AgentService/Connect');
  expect(
    Object.keys(RIGHT_OF_CALL)
      .filter((path) => path.startsWith('/rollcall.'))
      .toSorted(),
  ).toEqual(calls.toSorted());
});

test('what changes or copies something is for those who administer, and planning is a right of its own', () => {
  const administered = calls.filter((path) => path.includes('/rollcall.v1.AdminService/'));
  expect(administered.map((path) => RIGHT_OF_CALL[path])).toEqual(administered.map(() => 'administer'));
  expect(RIGHT_OF_CALL['/rollcall.v1.AuditService/CreateBackup']).toBe('administer');
  expect(RIGHT_OF_CALL['/rollcall.v1.QueryService/PlanPlacements']).toBe('plan');
});
