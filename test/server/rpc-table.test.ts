/** The table of RPCs is complete, and every method needs the right that is documented. */
import type { ServiceDefinition } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import type { RpcRows } from '../../coordinator/rpc/rpc-row.ts';
import { RPC_TABLE, rightOf } from '../../coordinator/server/rpc-table.ts';
import { contractDefinition } from '../../shared/rpc/contract.ts';
import type { AdminServiceHandlers } from '../../shared/rpc/generated/rollcall/v1/AdminService.ts';

/** Services of the contract; messages and enums have a `format`. */
const services = Object.values(contractDefinition).filter((entry) => !('format' in entry)) as ServiceDefinition[];
const paths = services.flatMap((service) => Object.values(service).map(({ path }) => path));

const pathsOf = (service: keyof typeof RPC_TABLE) =>
  Object.keys(RPC_TABLE[service]).map((method) => `/${service}/${method}`);

describe('the RPC table', () => {
  it('has a row for every method of the contract, and no others', () => {
    const rows = (Object.keys(RPC_TABLE) as (keyof typeof RPC_TABLE)[]).flatMap(pathsOf);
    expect(paths).toContain('/rollcall.v1.AgentService/Connect');
    expect(rows.filter((path) => path.startsWith('/rollcall.')).toSorted()).toEqual(paths.toSorted());
  });

  it('does not compile without a row for a method', () => {
    const { DrainSessions } = RPC_TABLE['rollcall.v1.AdminService'];
    // @ts-expect-error: the row of Reevaluate is missing.
    const incomplete: RpcRows<AdminServiceHandlers, never> = { DrainSessions };
    expect(Object.keys(incomplete)).not.toContain('Reevaluate');
  });

  it('requires the right to administer for everything that changes or copies something', () => {
    const streams = ['VerifyJournal', 'ReplayDecisions', 'CheckDerivedTables', 'ExportEvents', 'CreateBackup'];
    const administered = [
      ...pathsOf('rollcall.v1.AdminService'),
      ...streams.map((method) => `/rollcall.v1.AuditService/${method}`),
    ];
    expect(administered.map(rightOf)).toEqual(administered.map(() => 'administer'));
  });

  it('requires a right of its own for plans, and the right to read for all other queries', () => {
    const plan = '/rollcall.v1.QueryService/PlanPlacements';
    const others = pathsOf('rollcall.v1.QueryService').filter((path) => path !== plan);
    expect(rightOf(plan)).toBe('plan');
    expect(others).toHaveLength(13);
    expect(others.map(rightOf)).toEqual(others.map(() => 'read'));
    expect(rightOf('/rollcall.v1.AuditService/GetHead')).toBe('read');
    expect(rightOf('/grpc.reflection.v1.ServerReflection/ServerReflectionInfo')).toBe('read');
    expect(rightOf('/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo')).toBe('read');
  });

  it('requires the right to connect for agents, and none for health checks', () => {
    expect(rightOf('/rollcall.v1.AgentService/Connect')).toBe('connect');
    expect(pathsOf('grpc.health.v1.Health').map(rightOf)).toEqual(['open', 'open', 'open']);
  });

  it('requires the right to administer for a method that does not exist', () => {
    expect(rightOf('/rollcall.v1.QueryService/Unknown')).toBe('administer');
  });
});
