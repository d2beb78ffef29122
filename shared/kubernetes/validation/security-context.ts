/** Validates the security contexts of pods and containers. */
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { child, flag, items, optionalInteger, text, texts } from './decoded.ts';
import { validateDescendingPath, validateOneOf } from './syntax.ts';
import { validateWindowsOptions } from './windows-options.ts';

const ID_MAX = 2 ** 31 - 1;
const SYSCTL = /^[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?)*$/;
const SYSCTL_LENGTH_MAX = 253;

export function validatePodSecurityContext(spec: Decoded, fieldPath: string, causes: Causes): void {
  const context = child(spec, 'securityContext') ?? {};
  if (flag(spec, 'shareProcessNamespace') && flag(spec, 'hostPID')) {
    causes.invalid(`${fieldPath}.shareProcessNamespace`, true, 'must not be set together with hostPID');
  }
  for (const field of ['fsGroup', 'runAsUser', 'runAsGroup']) validateId(context, field, fieldPath, causes);
  ((context['supplementalGroups'] as readonly number[] | undefined) ?? []).forEach((group, index) => {
    if (!isId(group)) causes.invalid(`${fieldPath}.supplementalGroups[${index}]`, group, ID_RANGE);
  });
  validateSysctls(items(context, 'sysctls'), `${fieldPath}.sysctls`, causes);
  const changePolicy = context['fsGroupChangePolicy'];
  if (changePolicy !== undefined) {
    validateOneOf(
      text(context, 'fsGroupChangePolicy'),
      ['Always', 'OnRootMismatch'],
      `${fieldPath}.fsGroupChangePolicy`,
      causes,
    );
  }
  validateSeccompProfile(context, fieldPath, causes);
  validateWindowsOptions(child(context, 'windowsOptions'), `${fieldPath}.windowsOptions`, causes);
}

export function validateContainerSecurityContext(container: Decoded, fieldPath: string, causes: Causes): void {
  const context = child(container, 'securityContext');
  if (context === undefined) return;
  for (const field of ['runAsUser', 'runAsGroup']) validateId(context, field, fieldPath, causes);
  validateSeccompProfile(context, fieldPath, causes);
  if (context['allowPrivilegeEscalation'] === false) validateNoEscalation(context, fieldPath, causes);
  validateWindowsOptions(child(context, 'windowsOptions'), `${fieldPath}.windowsOptions`, causes);
}

function validateNoEscalation(context: Decoded, fieldPath: string, causes: Causes): void {
  const why = 'must not be false together with';
  if (flag(context, 'privileged')) causes.invalid(fieldPath, false, `${why} privileged`);
  for (const capability of texts(child(context, 'capabilities') ?? {}, 'add')) {
    if (capability === 'CAP_SYS_ADMIN') causes.invalid(fieldPath, false, `${why} CAP_SYS_ADMIN`);
  }
}

const ID_RANGE = `must be between 0 and ${ID_MAX}`;

function validateId(context: Decoded, field: string, fieldPath: string, causes: Causes): void {
  const id = optionalInteger(context, field);
  if (id !== undefined && !isId(id)) causes.invalid(`${fieldPath}.${field}`, id, ID_RANGE);
}

function isId(id: number): boolean {
  return id >= 0 && id <= ID_MAX;
}

function validateSysctls(sysctls: readonly Decoded[], fieldPath: string, causes: Causes): void {
  const seen = new Set<string>();
  sysctls.forEach((sysctl, index) => {
    const path = `${fieldPath}[${index}].name`;
    const name = text(sysctl, 'name');
    if (name === '') causes.required(path);
    else if (name.length > SYSCTL_LENGTH_MAX || !SYSCTL.test(name)) {
      causes.invalid(path, name, 'must be a valid kernel parameter name, such as net.ipv4.tcp_syncookies');
    } else if (seen.has(name)) causes.duplicate(path, name);
    seen.add(name);
  });
}

function validateSeccompProfile(context: Decoded, fieldPath: string, causes: Causes): void {
  const profile = child(context, 'seccompProfile');
  if (profile === undefined) return;
  const path = `${fieldPath}.seccompProfile`;
  const type = text(profile, 'type');
  const localhostProfile = profile['localhostProfile'];
  if (type === '') causes.required(`${path}.type`);
  else validateOneOf(type, ['Localhost', 'RuntimeDefault', 'Unconfined'], `${path}.type`, causes);
  if (type === 'Localhost') {
    if (localhostProfile === undefined) causes.required(`${path}.localhostProfile`);
    else validateDescendingPath(text(profile, 'localhostProfile'), `${path}.localhostProfile`, causes);
  } else if (localhostProfile !== undefined) {
    causes.invalid(`${path}.localhostProfile`, localhostProfile, 'must only be set for type Localhost');
  }
}
