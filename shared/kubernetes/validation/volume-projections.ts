/** Validates volumes that hold files made of ConfigMaps, Secrets, the pod's fields, and tokens. */
import type { Causes } from '../cause.ts';
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

/** Keys of a ConfigMap or Secret as files. */
export function validateKeyFiles(files: readonly Decoded[], fieldPath: string, causes: Causes): void {
  files.forEach((file, index) => {
    const path = `${fieldPath}[${index}]`;
    validateRequired(text(file, 'key'), `${path}.key`, causes);
    validateFilePath(text(file, 'path'), `${path}.path`, causes);
    validateMode(file, 'mode', path, causes);
  });
}

/** Fields of the pod as files. The API server leaves the index out of these paths. */
export function validateDownwardFiles(files: readonly Decoded[], fieldPath: string, causes: Causes): void {
  for (const file of files) {
    validateFilePath(text(file, 'path'), `${fieldPath}.path`, causes);
    const fieldRef = child(file, 'fieldRef');
    const resourceFieldRef = child(file, 'resourceFieldRef');
    if (fieldRef !== undefined) {
      validateFieldReference(fieldRef, FILE_FIELDS, `${fieldPath}.fieldRef`, causes);
      if (resourceFieldRef !== undefined) causes.invalid(fieldPath, 'resource', 'must be a field or a resource');
    } else if (resourceFieldRef !== undefined) {
      validateResourceReference(resourceFieldRef, true, `${fieldPath}.resourceFieldRef`, causes);
    } else {
      causes.required(fieldPath, 'one of fieldRef, resourceFieldRef is needed');
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
    validateProjection(projection, `${fieldPath}.sources[${index}]`, paths, causes);
  });
}

const PROJECTIONS = ['secret', 'configMap', 'downwardAPI', 'serviceAccountToken'];

function validateProjection(projection: Decoded, fieldPath: string, paths: Set<string>, causes: Causes): void {
  const present = PROJECTIONS.filter((name) => child(projection, name) !== undefined);
  present.forEach((name, index) => {
    const path = `${fieldPath}.${name}`;
    const source = child(projection, name) ?? {};
    if (index > 0) {
      causes.forbidden(path, 'must be the only one of its source');
      return;
    }
    if (name === 'serviceAccountToken') validateToken(source, path, paths, causes);
    else if (name === 'downwardAPI') validateDownwardFiles(items(source, 'items'), path, causes);
    else {
      validateRequired(text(source, 'name'), `${path}.name`, causes);
      validateKeyFiles(items(source, 'items'), `${path}.items`, causes);
    }
    if (name !== 'serviceAccountToken') {
      for (const file of items(source, 'items')) claimPath(text(file, 'path'), path, paths, causes);
    }
  });
  if (present.length === 0) causes.required(fieldPath, `one of ${PROJECTIONS.join(', ')} is needed`);
}

function validateToken(source: Decoded, fieldPath: string, paths: Set<string>, causes: Causes): void {
  const seconds = optionalInteger(source, 'expirationSeconds') ?? TOKEN_SECONDS_MIN;
  if (seconds < TOKEN_SECONDS_MIN || seconds > TOKEN_SECONDS_MAX) {
    const why = `must be between ${TOKEN_SECONDS_MIN} and ${TOKEN_SECONDS_MAX}`;
    causes.invalid(`${fieldPath}.expirationSeconds`, seconds, why);
  }
  const path = text(source, 'path');
  if (path === '') causes.required(`${fieldPath}.path`);
  else validateFilePath(path, fieldPath, causes);
  claimPath(path, fieldPath, paths, causes);
}

function claimPath(path: string, fieldPath: string, paths: Set<string>, causes: Causes): void {
  if (path === '') return;
  if (paths.has(path)) causes.invalid(fieldPath, path, 'is the path of another file already');
  paths.add(path);
}
