/** Validates volumes with files from ConfigMaps, Secrets, fields of the pod, and tokens. */
import type { Causes } from '../status-cause.ts';
import { validateFieldReference, validateResourceReference } from './container-environment.ts';
import type { Decoded } from './decoded.ts';
import { child, items, optionalInteger, text } from './decoded.ts';
import { validateDescendingPath, validateRequired } from './syntax.ts';

const MODE_MAX = 0o777;
const FILE_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
const TOKEN_SECONDS_MIN = 600;
const TOKEN_SECONDS_MAX = 2 ** 32;

export function validateMode(source: Decoded, field: string, fieldPath: string, causes: Causes): void {
  const mode = optionalInteger(source, field);
  if (mode !== undefined && (mode < 0 || mode > MODE_MAX)) {
    causes.invalid(`${fieldPath}.${field}`, mode, 'must be between 0 and 0777 (octal)');
  }
}

/** Validates keys of a ConfigMap or Secret as files. */
export function validateKeyFiles(files: readonly Decoded[], fieldPath: string, causes: Causes): void {
  files.forEach((file, index) => {
    const path = `${fieldPath}[${index}]`;
    validateRequired(text(file, 'key'), `${path}.key`, causes);
    validateFilePath(text(file, 'path'), `${path}.path`, causes);
    validateMode(file, 'mode', path, causes);
  });
}

/** Validates fields of the pod as files. The API server omits the index from these paths. */
export function validateDownwardFiles(files: readonly Decoded[], fieldPath: string, causes: Causes): void {
  for (const file of files) {
    validateFilePath(text(file, 'path'), `${fieldPath}.path`, causes);
    const fieldRef = child(file, 'fieldRef');
    const resourceFieldRef = child(file, 'resourceFieldRef');
    if (fieldRef !== undefined) {
      validateFieldReference(fieldRef, FILE_FIELDS, `${fieldPath}.fieldRef`, causes);
      if (resourceFieldRef !== undefined) causes.invalid(fieldPath, 'resource', 'must be either a field or a resource');
    } else if (resourceFieldRef !== undefined) {
      validateResourceReference(resourceFieldRef, true, `${fieldPath}.resourceFieldRef`, causes);
    } else {
      causes.required(fieldPath, 'one of fieldRef, resourceFieldRef is required');
    }
    validateMode(file, 'mode', fieldPath, causes);
  }
}

function validateFilePath(path: string, fieldPath: string, causes: Causes): void {
  if (path === '') {
    causes.required(fieldPath);
    return;
  }
  validateDescendingPath(path, fieldPath, causes);
  if (path.startsWith('..') && path.split('/')[0] !== '..') {
    causes.invalid(fieldPath, path, "must not start with '..'");
  }
}

export function validateProjected(source: Decoded, fieldPath: string, causes: Causes): void {
  validateMode(source, 'defaultMode', fieldPath, causes);
  const paths = new Set<string>();
  items(source, 'sources').forEach((projection, index) => {
    const path = `${fieldPath}.sources[${index}]`;
    const present = PROJECTIONS.filter((name) => child(projection, name) !== undefined);
    for (const name of present) {
      validateProjection(child(projection, name) ?? {}, name, path, fieldPath, causes);
      claimPaths(child(projection, name) ?? {}, paths, fieldPath, causes);
    }
    if (present.length > 1) causes.forbidden(path, `must not have both ${present.join(' and ')}`);
  });
}

const PROJECTIONS = ['secret', 'configMap', 'downwardAPI', 'serviceAccountToken'];

function validateProjection(
  source: Decoded,
  name: string,
  sourcePath: string,
  volumePath: string,
  causes: Causes,
): void {
  const path = `${sourcePath}.${name}`;
  if (name === 'serviceAccountToken') validateToken(source, path, volumePath, causes);
  else if (name === 'downwardAPI') validateDownwardFiles(items(source, 'items'), path, causes);
  else {
    validateRequired(text(source, 'name'), `${path}.name`, causes);
    validateKeyFiles(items(source, 'items'), `${path}.items`, causes);
  }
}

function validateToken(source: Decoded, fieldPath: string, volumePath: string, causes: Causes): void {
  const seconds = optionalInteger(source, 'expirationSeconds') ?? TOKEN_SECONDS_MIN;
  if (seconds < TOKEN_SECONDS_MIN || seconds > TOKEN_SECONDS_MAX) {
    const why = `must be between ${TOKEN_SECONDS_MIN} and ${TOKEN_SECONDS_MAX}`;
    causes.invalid(`${fieldPath}.expirationSeconds`, seconds, why);
  }
  validateRequired(text(source, 'path'), `${volumePath}.path`, causes);
}

function claimPaths(source: Decoded, paths: Set<string>, volumePath: string, causes: Causes): void {
  for (const file of items(source, 'items')) {
    const path = text(file, 'path');
    if (path !== '' && paths.has(path)) causes.invalid(volumePath, path, 'is already the path of another file');
    paths.add(path);
  }
}
