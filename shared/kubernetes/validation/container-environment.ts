/** Validates the environment variables of a container and their sources. */

import { dnsSubdomainProblems } from '../label-syntax.ts';
import { parseQuantity } from '../quantity.ts';
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { child, items, text } from './decoded.ts';
import { configKeyProblems, environmentNameProblems, labelKeyProblems } from './syntax.ts';

const ENVIRONMENT_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
/** Fields that a reference can name, including older names. */
const POD_FIELDS = [
  ...ENVIRONMENT_FIELDS,
  'metadata.annotations',
  'metadata.labels',
  'spec.restartPolicy',
  'spec.schedulerName',
];
const SUBSCRIPTED = /^(.*)\['(.*)'\]$/;

const CONTAINER_RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
/** Supported since Kubernetes 1.21. */
const HUGE_PAGES = /^(?:limits|requests)\.hugepages-/;
const CPU_DIVISORS = ['1m', '1'];
const SIZE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E'];
const BINARY_SIZE_DIVISORS = ['1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

export function validateEnvironment(container: Decoded, fieldPath: string, causes: Causes): void {
  items(container, 'env').forEach((variable, index) => {
    const path = `${fieldPath}.env[${index}]`;
    const name = text(variable, 'name');
    if (name === '') causes.required(`${path}.name`);
    else causes.invalidEach(`${path}.name`, name, environmentNameProblems(name));
    validateValueFrom(variable, `${path}.valueFrom`, causes);
  });
  items(container, 'envFrom').forEach((source, index) => {
    validateEnvironmentSource(source, `${fieldPath}.envFrom[${index}]`, `${fieldPath}.envFrom`, causes);
  });
}

function validateValueFrom(variable: Decoded, fieldPath: string, causes: Causes): void {
  const valueFrom = child(variable, 'valueFrom');
  if (valueFrom === undefined) return;
  const fieldRef = child(valueFrom, 'fieldRef');
  const resourceFieldRef = child(valueFrom, 'resourceFieldRef');
  const references = ['configMapKeyRef', 'secretKeyRef'].filter((name) => child(valueFrom, name) !== undefined);
  // Supported since Kubernetes 1.34.
  const fileKeyRef = valueFrom['fileKeyRef'];
  if (fieldRef !== undefined) validateFieldReference(fieldRef, ENVIRONMENT_FIELDS, `${fieldPath}.fieldRef`, causes);
  if (resourceFieldRef !== undefined) {
    validateResourceReference(resourceFieldRef, false, `${fieldPath}.resourceFieldRef`, causes);
  }
  for (const name of references) validateKeyReference(child(valueFrom, name) ?? {}, `${fieldPath}.${name}`, causes);
  const count = [fieldRef, resourceFieldRef, fileKeyRef, ...references].filter((one) => one !== undefined).length;
  if (count === 0) {
    causes.invalid(fieldPath, '', 'must specify one of fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef');
  } else if (text(variable, 'value') !== '') {
    causes.invalid(fieldPath, '', 'must not be set together with value');
  } else if (count > 1) {
    causes.invalid(fieldPath, '', 'must specify only one source');
  }
}

function validateKeyReference(reference: Decoded, fieldPath: string, causes: Causes): void {
  const name = text(reference, 'name');
  causes.invalidEach(`${fieldPath}.name`, name, dnsSubdomainProblems(name));
  const key = text(reference, 'key');
  if (key === '') causes.required(`${fieldPath}.key`);
  else causes.invalidEach(`${fieldPath}.key`, key, configKeyProblems(key));
}

/** A reference to a field of the pod, for an environment variable or a file. `supported` lists the fields without subscript. */
export function validateFieldReference(
  reference: Decoded,
  supported: readonly string[],
  fieldPath: string,
  causes: Causes,
): void {
  const path = text(reference, 'fieldPath');
  if (path === '') {
    causes.required(`${fieldPath}.fieldPath`);
    return;
  }
  const [, map, subscript] = SUBSCRIPTED.exec(path) ?? [];
  const version = text(reference, 'apiVersion') || 'v1';
  const known = map === undefined ? [...POD_FIELDS, 'spec.host', 'status.phase'].includes(path) : isLabelMap(map);
  if (version !== 'v1' || !known) {
    causes.invalid(`${fieldPath}.fieldPath`, path, 'must be a supported field of a v1 Pod');
  } else if (map === 'metadata.labels') {
    causes.invalidEach(fieldPath, subscript ?? '', labelKeyProblems(subscript ?? ''));
  } else if (map === 'metadata.annotations') {
    causes.invalidEach(fieldPath, subscript ?? '', labelKeyProblems((subscript ?? '').toLowerCase()));
  } else if (!supported.includes(path === 'spec.host' ? 'spec.nodeName' : path)) {
    causes.notSupported(`${fieldPath}.fieldPath`, path, supported);
  }
}

function isLabelMap(field: string): boolean {
  return field === 'metadata.labels' || field === 'metadata.annotations';
}

/** A reference to a resource of a container. A file must name the container; a variable refers to its own container. */
export function validateResourceReference(
  reference: Decoded,
  namesContainer: boolean,
  fieldPath: string,
  causes: Causes,
): void {
  const resource = text(reference, 'resource');
  if (namesContainer && text(reference, 'containerName') === '') causes.required(`${fieldPath}.containerName`);
  else if (resource === '') causes.required(`${fieldPath}.resource`);
  else if (!CONTAINER_RESOURCES.includes(resource) && !HUGE_PAGES.test(resource)) {
    causes.notSupported(`${fieldPath}.resource`, resource, CONTAINER_RESOURCES);
  }
  const divisor = (reference['divisor'] as string | number | undefined) ?? 0;
  const nano = parseQuantity(divisor);
  if (nano === 0n) return;
  // As in the API server, notation matters: 1Ki is accepted, 1024 is not.
  const sizes = String(divisor).trim().endsWith('i') ? BINARY_SIZE_DIVISORS : SIZE_DIVISORS;
  const divisors = resource.endsWith('.cpu') ? CPU_DIVISORS : sizes;
  if (CONTAINER_RESOURCES.includes(resource) && !divisors.some((allowed) => parseQuantity(allowed) === nano)) {
    causes.invalid(`${fieldPath}.divisor`, divisor, `must be one of ${divisors.join(', ')}`);
  }
}

function validateEnvironmentSource(source: Decoded, fieldPath: string, listPath: string, causes: Causes): void {
  const prefix = text(source, 'prefix');
  if (prefix !== '') causes.invalidEach(`${fieldPath}.prefix`, prefix, environmentNameProblems(prefix));
  const references = ['configMapRef', 'secretRef'].filter((name) => child(source, name) !== undefined);
  for (const reference of references) {
    const name = text(child(source, reference) ?? {}, 'name');
    const path = `${fieldPath}.${reference}.name`;
    if (name === '') causes.required(path);
    else causes.invalidEach(path, name, dnsSubdomainProblems(name));
  }
  if (references.length === 0) causes.invalid(listPath, '', 'must specify one of configMapRef, secretRef');
  else if (references.length > 1) causes.invalid(listPath, '', 'must specify only one source');
}
