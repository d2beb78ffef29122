/**
 * Loads the contract from proto/ and exports the typed services. Defines the representation of messages in memory:
 * camelCase, int64 as decimal strings, enums by name, and default values.
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

// gRPC returns errors to the caller. Its own log output on standard error is redundant.
setLogVerbosity(logVerbosity.NONE);

const packageDefinition: PackageDefinition = loadSync(PROTO_FILES, {
  includeDirs: [PROTO_FOLDER],
  // A double cannot represent every int64 and would be rounded silently.
  longs: String,
  enums: String,
  // Without these options, unset fields would be undefined.
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

/** The oldest and the newest protocol version that this build supports. */
export const PROTOCOL_VERSION = { min: 1, max: 1 } as const;

/** The definition for server reflection. */
export const contractDefinition = packageDefinition;

/** Encodes and decodes messages that are embedded as bytes in other messages, for example error details. */
export function messageCodec(name: string): MessageTypeDefinition<object, object> {
  const definition = packageDefinition[name];
  if (definition?.format !== 'Protocol Buffer 3 DescriptorProto') throw new Error(`no message ${name} in the contract`);
  return definition;
}
