/**
 * Authenticates client certificates, for use without Kubernetes. As in Kubernetes, organizations are groups and the
 * common name is the user. The common name of an agent is `rollcall:node:<node>`.
 */
import { RollcallError } from '../../shared/errors.ts';
import type { ConnectionCredentials } from '../tls/listener.ts';
import type { Caller } from './caller.ts';
import type { Right } from './rights.ts';

const AGENTS = 'rollcall:agents';
const NODE_PREFIX = 'rollcall:node:';

/** Each organization has the rights of the previous ones. */
const RIGHTS_OF_ORGANIZATION: Readonly<Record<string, readonly Right[]>> = {
  'rollcall:viewers': ['read'],
  'rollcall:planners': ['read', 'plan'],
  'rollcall:admins': ['read', 'plan', 'administer'],
};

/** @throws RollcallError CREDENTIALS_MISSING or CERTIFICATE_REJECTED. */
export function callerOfCertificate(proof: ConnectionCredentials): Caller {
  switch (proof.kind) {
    case 'none':
      throw new RollcallError(
        'CREDENTIALS_MISSING',
        'the caller presented no credentials; provide a token or a client certificate',
      );
    case 'bad-certificate': {
      const said = `the client certificate of ${JSON.stringify(proof.subject.commonName)} is invalid: ${proof.code}`;
      throw new RollcallError('CERTIFICATE_REJECTED', said);
    }
    case 'certificate': {
      const { commonName, organizations } = proof.subject;
      if (commonName === '') {
        throw new RollcallError('CERTIFICATE_REJECTED', 'the client certificate must have exactly one common name');
      }
      return {
        authenticatedBy: 'certificate',
        name: commonName,
        groups: organizations,
        uid: '',
        extra: {},
        credentialId: '',
        expiresMs: proof.notAfterMs,
        agentNode: nodeOf(commonName, organizations),
      };
    }
  }
}

export function certificateHasRight({ groups }: Caller, right: Right): boolean {
  return groups.some((group) => RIGHTS_OF_ORGANIZATION[group]?.includes(right) ?? false);
}

function nodeOf(commonName: string, organizations: readonly string[]): Caller['agentNode'] {
  if (!organizations.includes(AGENTS) || !commonName.startsWith(NODE_PREFIX)) return null;
  return { kind: 'node', node: commonName.slice(NODE_PREFIX.length) };
}
