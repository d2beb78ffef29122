/** Validates the Windows options of a security context. */

import { dnsSubdomainProblems } from '../label-syntax.ts';
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { text } from './decoded.ts';

const CREDENTIAL_SPEC_BYTES_MAX = 64 * 1024;
const USER_LENGTH_MAX = 104;
const NETBIOS_DOMAIN = /^[^\\/:*?|."<>][^\\/:*?|"<>]{0,14}$/;
const DNS_DOMAIN =
  /^(?=.{1,255}$)[A-Za-z0-9](?:[-A-Za-z0-9]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[-A-Za-z0-9]{0,61}[A-Za-z0-9])?)*\.?$/;
const CONTROL = /\p{Cc}/u;
const USER_FORBIDDEN = /["/\\:;|=,+*?<>@[\]]/;

export function validateWindowsOptions(options: Decoded | undefined, fieldPath: string, causes: Causes): void {
  if (options === undefined) return;
  if (options['gmsaCredentialSpecName'] !== undefined) {
    const name = text(options, 'gmsaCredentialSpecName');
    causes.invalidEach(`${fieldPath}.gmsaCredentialSpecName`, name, dnsSubdomainProblems(name));
  }
  if (options['gmsaCredentialSpec'] !== undefined) {
    const path = `${fieldPath}.gmsaCredentialSpec`;
    const spec = text(options, 'gmsaCredentialSpec');
    if (spec === '') causes.invalid(path, spec, 'must not be empty');
    else if (Buffer.byteLength(spec) > CREDENTIAL_SPEC_BYTES_MAX) {
      causes.invalid(path, spec, `must be no more than ${CREDENTIAL_SPEC_BYTES_MAX} bytes`);
    }
  }
  if (options['runAsUserName'] !== undefined) {
    validateUserName(text(options, 'runAsUserName'), `${fieldPath}.runAsUserName`, causes);
  }
}

/** A user name, or a domain and a user name separated by a backslash. */
function validateUserName(userName: string, fieldPath: string, causes: Causes): void {
  const parts = userName.split('\\');
  const user = parts.at(-1) ?? '';
  if (userName === '') causes.invalid(fieldPath, userName, 'must not be empty');
  else if (CONTROL.test(userName)) causes.invalid(fieldPath, userName, 'must not contain control characters');
  else if (parts.length > 2) causes.invalid(fieldPath, userName, 'must not contain more than one backslash');
  else {
    const domain = parts.length === 2 ? (parts[0] ?? '') : null;
    if (domain !== null && !NETBIOS_DOMAIN.test(domain) && !DNS_DOMAIN.test(domain)) {
      causes.invalid(fieldPath, userName, 'must start with a domain name');
    }
    validateUser(user, userName, fieldPath, causes);
  }
}

function validateUser(user: string, userName: string, fieldPath: string, causes: Causes): void {
  if (user === '') causes.invalid(fieldPath, userName, 'must contain a user name');
  else if (user.length > USER_LENGTH_MAX)
    causes.invalid(fieldPath, userName, `must be no more than ${USER_LENGTH_MAX} characters`);
  if (/^[. ]+$/.test(user)) causes.invalid(fieldPath, userName, 'must not consist only of dots and spaces');
  if (USER_FORBIDDEN.test(user)) causes.invalid(fieldPath, userName, `must not contain any of "/\\:;|=,+*?<>@[]`);
}
