/**
 * Loads the contract from proto/ and hands out the typed services. The one place that says how
 * messages look in memory: camelCase, int64 as decimal strings, enums by name, defaults filled in.
 */
import { fileURLToPath } from 'node:url';
import { loadPackageDefinition, logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { loadSync, type MessageTypeDefinition, type PackageDefinition } from '@grpc/proto-loader';
import type { ProtoGrpcType as AdminTypes } from './generated/admin_service.ts';
import type { ProtoGrpcType as AgentTypes } from './generated/agent_service.ts';
import type { ProtoGrpcType as AuditTypes } from './generated/audit_service.ts';
import type { ProtoGrpcType as QueryTypes } from './generated/query_service.ts';

const PROTO_FOLDER = fileURLToPath(new URL('../../proto', import.meta.url));
const PROTO_FILES = [
  'rollcall/v1/agent_service.proto',
  'rollcall/v1/query_service.proto',
  'rollcall/v1/audit_service.proto',
  'rollcall/v1/admin_service.proto',
  'google/rpc/status.proto',
  'google/rpc/error_details.proto',
];

// What goes wrong reaches us as errors; on standard error it would only stand between our own sentences.
setLogVerbosity(logVerbosity.NONE);

const packageDefinition: PackageDefinition = loadSync(PROTO_FILES, {
  includeDirs: [PROTO_FOLDER],
  // A double cannot hold every int64, so a number would be silently rounded.
  longs: String,
  enums: String,
  // Without these, readers would have to tell "unset" from "default" at every field.
  defaults: true,
  arrays: true,
  oneofs: true,
});

interface Services {
  readonly AgentService: AgentTypes['rollcall']['v1']['AgentService'];
  readonly QueryService: QueryTypes['rollcall']['v1']['QueryService'];
  readonly AuditService: AuditTypes['rollcall']['v1']['AuditService'];
  readonly AdminService: AdminTypes['rollcall']['v1']['AdminService'];
}

const loaded = loadPackageDefinition(packageDefinition) as unknown as { rollcall: { v1: Services } };

export const { AgentService, QueryService, AuditService, AdminService } = loaded.rollcall.v1;

/** Protocol versions that this build speaks, oldest and newest. */
export const PROTOCOL_VERSION = { min: 1, max: 1 } as const;

/** What server reflection serves. */
export const contractDefinition = packageDefinition;

/** Encodes and decodes messages that travel as bytes inside others, such as error details. */
export function messageCodec(name: string): MessageTypeDefinition<object, object> {
  const definition = packageDefinition[name];
  if (definition?.format !== 'Protocol Buffer 3 DescriptorProto') throw new Error(`no message ${name} in the contract`);
  return definition;
}
