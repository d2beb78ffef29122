/** Validates pod annotations that were later replaced by fields. */
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { items, text } from './decoded.ts';
import { validateDescendingPath } from './syntax.ts';

const APPARMOR_PREFIX = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_PREFIX = 'container.seccomp.security.alpha.kubernetes.io/';
const MIRROR_POD = 'kubernetes.io/config.mirror';

export function validatePodAnnotations(
  annotations: Readonly<Record<string, string>>,
  spec: Decoded,
  fieldPath: string,
  causes: Causes,
): void {
  for (const [key, value] of Object.entries(annotations)) {
    const path = `${fieldPath}[${key}]`;
    if (key === MIRROR_POD && text(spec, 'nodeName') === '') {
      causes.invalid(path, value, 'requires spec.nodeName, because only static pods of a kubelet have this annotation');
    } else if (key.startsWith(APPARMOR_PREFIX)) {
      validateAppArmor(key.slice(APPARMOR_PREFIX.length), value, spec, path, causes);
    } else if (key === SECCOMP_POD || key.startsWith(SECCOMP_PREFIX)) {
      validateSeccomp(value, `${fieldPath}.${key}`, causes);
    }
  }
}

function validateAppArmor(container: string, profile: string, spec: Decoded, fieldPath: string, causes: Causes): void {
  const containers = [...items(spec, 'initContainers'), ...items(spec, 'containers')];
  if (!containers.some((candidate) => text(candidate, 'name') === container)) {
    causes.invalid(fieldPath, container, 'must be the name of a container');
  }
  if (!['', 'runtime/default', 'unconfined'].includes(profile) && !profile.startsWith('localhost/')) {
    causes.invalid(fieldPath, profile, 'must be runtime/default, unconfined or localhost/ followed by a profile');
  }
}

function validateSeccomp(profile: string, fieldPath: string, causes: Causes): void {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return;
  if (profile.startsWith('localhost/')) {
    validateDescendingPath(profile.slice('localhost/'.length), fieldPath, causes);
  } else {
    causes.invalid(fieldPath, profile, 'must be runtime/default, unconfined or localhost/ followed by a path');
  }
}
