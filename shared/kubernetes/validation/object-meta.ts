/** Validates object metadata: names, labels, annotations, owners and finalizers (Kubernetes api/validation objectmeta.go). */

import { plural } from '../../plural.ts';
import { dnsLabelProblems, dnsSubdomainProblems, labelValueProblems } from '../label-syntax.ts';
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { flag, items, text, textMap, texts } from './decoded.ts';
import { labelKeyProblems, validateLabelKey } from './syntax.ts';

/** Maximum total size of all annotation keys and values. */
const ANNOTATIONS_BYTES_MAX = 256 * 1024;
/** The API server appends five characters to generateName, and truncates it first if the result would be too long. */
const GENERATED_NAME_BASE_LENGTH_MAX = 58;

/** Validates the name as a DNS subdomain, and the namespace unless `namespaced` is false. */
export function validateObjectMeta(metadata: Decoded, namespaced: boolean, fieldPath: string, causes: Causes): void {
  validateName(metadata, fieldPath, causes);
  if (namespaced) {
    const namespace = text(metadata, 'namespace');
    causes.invalidEach(`${fieldPath}.namespace`, namespace, dnsLabelProblems(namespace));
  } else if (text(metadata, 'namespace') !== '') {
    causes.forbidden(`${fieldPath}.namespace`, 'must not be set for a cluster-scoped object');
  }
  validateLabels(textMap(metadata, 'labels'), `${fieldPath}.labels`, causes);
  validateAnnotations(textMap(metadata, 'annotations'), `${fieldPath}.annotations`, causes);
  validateOwners(items(metadata, 'ownerReferences'), `${fieldPath}.ownerReferences`, causes);
  validateFinalizers(texts(metadata, 'finalizers'), `${fieldPath}.finalizers`, causes);
}

export function validateLabels(labels: Readonly<Record<string, string>>, fieldPath: string, causes: Causes): void {
  for (const [key, value] of Object.entries(labels)) {
    validateLabelKey(key, fieldPath, causes);
    causes.invalidEach(fieldPath, value, labelValueProblems(value));
  }
}

export function validateAnnotations(
  annotations: Readonly<Record<string, string>>,
  fieldPath: string,
  causes: Causes,
): void {
  let size = 0;
  for (const [key, value] of Object.entries(annotations)) {
    causes.invalidEach(fieldPath, key, labelKeyProblems(key.toLowerCase()));
    size += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (size > ANNOTATIONS_BYTES_MAX) {
    causes.tooLong(
      fieldPath,
      `annotations have ${plural(size, 'byte')} in total; the limit is ${ANNOTATIONS_BYTES_MAX}`,
    );
  }
}

function validateName(metadata: Decoded, fieldPath: string, causes: Causes): void {
  const name = text(metadata, 'name');
  const generateName = text(metadata, 'generateName');
  if (generateName !== '') {
    // The generated suffix follows a trailing dash, so the prefix may end with one.
    const prefix = generateName.replace(/-$/, 'a');
    causes.invalidEach(`${fieldPath}.generateName`, generateName, dnsSubdomainProblems(prefix));
  }
  const finalName = name === '' && generateName !== '' ? generatedName(generateName) : name;
  if (finalName === '') causes.required(`${fieldPath}.name`, 'name or generateName is required');
  else causes.invalidEach(`${fieldPath}.name`, finalName, dnsSubdomainProblems(finalName));
}

/** A placeholder for the generated name. Any letters are sufficient for validation. */
function generatedName(generateName: string): string {
  return `${generateName.slice(0, GENERATED_NAME_BASE_LENGTH_MAX)}xxxxx`;
}

/** `v1`, or a group and version such as `apps/v1`. */
const GROUP_VERSION = /^(?:[^/]*\/)?[^/]+$/;

function validateOwners(owners: readonly Decoded[], fieldPath: string, causes: Causes): void {
  for (const owner of owners) {
    if (!GROUP_VERSION.test(text(owner, 'apiVersion'))) {
      causes.invalid(`${fieldPath}.apiVersion`, text(owner, 'apiVersion'), 'must contain a version');
    }
    for (const field of ['kind', 'name', 'uid']) {
      if (text(owner, field) === '') causes.invalid(`${fieldPath}.${field}`, '', 'must not be empty');
    }
    if (text(owner, 'apiVersion') === 'v1' && text(owner, 'kind') === 'Event') {
      causes.invalid(fieldPath, 'Event', 'must not be an owner');
    }
  }
  const controllers = owners.filter((owner) => flag(owner, 'controller'));
  if (controllers.length > 1) {
    causes.invalid(
      fieldPath,
      controllers.map((owner) => text(owner, 'name')),
      'only one owner may be the controller',
    );
  }
}

const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

function validateFinalizers(finalizers: readonly string[], fieldPath: string, causes: Causes): void {
  for (const finalizer of finalizers) validateLabelKey(finalizer, fieldPath, causes);
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    causes.invalid(fieldPath, finalizers, 'must not contain both orphan and foregroundDeletion');
  }
  finalizers.forEach((finalizer, index) => {
    if (!finalizer.includes('/') && !STANDARD_FINALIZERS.has(finalizer)) {
      causes.invalid(`${fieldPath}[${index}]`, finalizer, "must begin with a domain and '/'");
    }
  });
}
