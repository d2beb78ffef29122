/** Validates metadata: names, labels, annotations, owners, finalizers (Kubernetes api/validation objectmeta.go). */

import { dnsLabelProblems, dnsSubdomainProblems, labelValueProblems } from '../label-syntax.ts';
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { flag, items, text, textMap, texts } from './decoded.ts';
import { labelKeyProblems, validateLabelKey } from './syntax.ts';

/** All annotations of an object together, keys and values. */
const ANNOTATIONS_BYTES_MAX = 256 * 1024;
/** The API server appends five letters to a generateName, and cuts what would be too long then. */
const GENERATED_NAME_BASE_LENGTH_MAX = 58;

/** A DNS subdomain for the name, and a namespace unless `namespaced` is false. */
export function validateObjectMeta(metadata: Decoded, namespaced: boolean, fieldPath: string, causes: Causes): void {
  validateName(metadata, fieldPath, causes);
  if (namespaced) {
    const namespace = text(metadata, 'namespace');
    causes.invalidEach(`${fieldPath}.namespace`, namespace, dnsLabelProblems(namespace));
  } else if (text(metadata, 'namespace') !== '') {
    causes.forbidden(`${fieldPath}.namespace`, 'an object of this kind has no namespace');
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
    causes.tooLong(fieldPath, `annotations have ${size} bytes together, and at most ${ANNOTATIONS_BYTES_MAX} are kept`);
  }
}

function validateName(metadata: Decoded, fieldPath: string, causes: Causes): void {
  const name = text(metadata, 'name');
  const generateName = text(metadata, 'generateName');
  if (generateName !== '') {
    // What is generated follows a trailing dash, so the dash is no fault of the prefix.
    const prefix = generateName.replace(/-$/, 'a');
    causes.invalidEach(`${fieldPath}.generateName`, generateName, dnsSubdomainProblems(prefix));
  }
  const finalName = name === '' && generateName !== '' ? generatedName(generateName) : name;
  if (finalName === '') causes.required(`${fieldPath}.name`, 'a name is needed, or a generateName');
  else causes.invalidEach(`${fieldPath}.name`, finalName, dnsSubdomainProblems(finalName));
}

/** Stands for what the API server will generate: any letters do to see whether it is legal. */
function generatedName(generateName: string): string {
  return `${generateName.slice(0, GENERATED_NAME_BASE_LENGTH_MAX)}xxxxx`;
}

/** `v1`, or a group and a version such as `apps/v1`. */
const GROUP_VERSION = /^(?:[^/]*\/)?[^/]+$/;

function validateOwners(owners: readonly Decoded[], fieldPath: string, causes: Causes): void {
  for (const owner of owners) {
    if (!GROUP_VERSION.test(text(owner, 'apiVersion'))) {
      causes.invalid(`${fieldPath}.apiVersion`, text(owner, 'apiVersion'), 'must name a version');
    }
    for (const field of ['kind', 'name', 'uid']) {
      if (text(owner, field) === '') causes.invalid(`${fieldPath}.${field}`, '', 'must not be empty');
    }
    if (text(owner, 'apiVersion') === 'v1' && text(owner, 'kind') === 'Event') {
      causes.invalid(fieldPath, 'Event', 'must not be the owner of anything');
    }
  }
  const controllers = owners.filter((owner) => flag(owner, 'controller'));
  if (controllers.length > 1) {
    causes.invalid(
      fieldPath,
      controllers.map((owner) => text(owner, 'name')),
      'only one owner can be the controller',
    );
  }
}

const STANDARD_FINALIZERS: ReadonlySet<string> = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

function validateFinalizers(finalizers: readonly string[], fieldPath: string, causes: Causes): void {
  for (const finalizer of finalizers) validateLabelKey(finalizer, fieldPath, causes);
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    causes.invalid(fieldPath, finalizers, 'orphan and foregroundDeletion exclude each other');
  }
  finalizers.forEach((finalizer, index) => {
    if (!finalizer.includes('/') && !STANDARD_FINALIZERS.has(finalizer)) {
      causes.invalid(`${fieldPath}[${index}]`, finalizer, "must begin with a domain and '/'");
    }
  });
}
