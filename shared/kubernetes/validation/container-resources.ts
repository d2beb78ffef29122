/** Validates the resource requests and limits of containers. */

import { qualifiedNameProblems } from '../label-syntax.ts';
import { isWholeQuantity, parseQuantity } from '../quantity.ts';
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { child, quantities } from './decoded.ts';
import { labelKeyProblems, NOT_NEGATIVE } from './syntax.ts';

const CONTAINER_RESOURCES: ReadonlySet<string> = new Set(['cpu', 'memory', 'ephemeral-storage']);
/** Resource names without a domain. Not all of them are valid for containers. */
const STANDARD_RESOURCES: ReadonlySet<string> = new Set([
  ...CONTAINER_RESOURCES,
  ...['cpu', 'memory', 'ephemeral-storage', 'storage'].flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  'storage',
  'pods',
  'services',
  'replicationcontrollers',
  'resourcequotas',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);
const HUGE_PAGES = 'hugepages-';

export function validateResources(resources: Decoded | undefined, fieldPath: string, causes: Causes): void {
  if (resources === undefined) return;
  const limits = new Map(quantities(resources, 'limits').map(([name, value]) => [name, parseQuantity(value) ?? 0n]));
  const names: string[] = [];
  for (const [name, value] of quantities(resources, 'limits')) {
    names.push(name);
    validateAmount(name, value, `${fieldPath}.limits[${name}]`, causes);
  }
  for (const [name, value] of quantities(resources, 'requests')) {
    names.push(name);
    validateAmount(name, value, `${fieldPath}.requests[${name}]`, causes);
    validateAgainstLimit(name, value, limits.get(name), fieldPath, causes);
  }
  if (names.some(isHugePages) && !names.some((name) => name === 'cpu' || name === 'memory')) {
    causes.forbidden(fieldPath, 'huge pages require cpu or memory to be set too');
  }
}

/** Validates one resource of limits, requests or the pod overhead. */
function validateAmount(name: string, value: string | number, fieldPath: string, causes: Causes): void {
  validateResourceName(name, fieldPath, causes);
  const nano = parseQuantity(value) ?? 0n;
  if (nano < 0n) causes.invalid(fieldPath, value, NOT_NEGATIVE);
  if (isCounted(name) && !isWholeQuantity(nano)) causes.invalid(fieldPath, value, 'must be an integer');
}

function validateAgainstLimit(
  name: string,
  value: string | number,
  limit: bigint | undefined,
  fieldPath: string,
  causes: Causes,
): void {
  const nano = parseQuantity(value) ?? 0n;
  if (limit === undefined) {
    if (!canOvercommit(name)) causes.required(`${fieldPath}.limits`, `${name} requires a limit`);
  } else if (nano !== limit && !canOvercommit(name)) {
    causes.invalid(`${fieldPath}.requests`, value, `must equal the limit of ${name}`);
  } else if (nano > limit) {
    causes.invalid(`${fieldPath}.requests`, value, `must not exceed the limit of ${name}`);
  }
}

function validateResourceName(name: string, fieldPath: string, causes: Causes): void {
  const problems = labelKeyProblems(name);
  causes.invalidEach(fieldPath, name, problems);
  if (!name.includes('/')) {
    if (problems.length === 0 && !STANDARD_RESOURCES.has(name) && !isHugePages(name)) {
      causes.invalid(fieldPath, name, 'must be a standard resource, or start with a domain and /');
    }
    if (!CONTAINER_RESOURCES.has(name) && !isHugePages(name)) {
      causes.invalid(fieldPath, name, 'must be a standard resource for containers');
    }
  } else if (!isNative(name) && !isExtended(name)) {
    causes.invalid(fieldPath, name, 'must not start with requests., and must be short enough for resource quotas');
  }
}

function isHugePages(name: string): boolean {
  return name.startsWith(HUGE_PAGES);
}

function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Resources from device plugins. */
function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && qualifiedNameProblems(`requests.${name}`).length === 0;
}

function canOvercommit(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

function isCounted(name: string): boolean {
  return isExtended(name);
}

export function validateOverhead(spec: Decoded, fieldPath: string, causes: Causes): void {
  const overhead = child(spec, 'overhead');
  if (overhead !== undefined) validateResources({ limits: overhead }, fieldPath, causes);
}
