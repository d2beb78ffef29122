/** Validates required and preferred node affinity. */

import { dnsSubdomainProblems } from '../label-syntax.ts';
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { child, integer, items, text, texts } from './decoded.ts';
import { validateLabelKey } from './syntax.ts';

export const WEIGHT_RANGE = 'must be between 1 and 100';

export function validateNodeAffinity(affinity: Decoded, fieldPath: string, causes: Causes): void {
  const required = child(affinity, 'requiredDuringSchedulingIgnoredDuringExecution');
  if (required !== undefined) {
    const path = `${fieldPath}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`;
    const terms = items(required, 'nodeSelectorTerms');
    if (terms.length === 0)
      causes.required(path, 'at least one term is required, because without terms no node matches');
    terms.forEach((term, index) => validateTerm(term, `${path}[${index}]`, causes));
  }
  items(affinity, 'preferredDuringSchedulingIgnoredDuringExecution').forEach((preferred, index) => {
    const path = `${fieldPath}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
    const weight = integer(preferred, 'weight');
    if (!isWeight(weight)) causes.invalid(`${path}.weight`, weight, WEIGHT_RANGE);
    validateTerm(child(preferred, 'preference') ?? {}, `${path}.preference`, causes);
  });
}

export function isWeight(weight: number): boolean {
  return weight >= 1 && weight <= 100;
}

function validateTerm(term: Decoded, fieldPath: string, causes: Causes): void {
  items(term, 'matchExpressions').forEach((requirement, index) => {
    validateExpression(requirement, `${fieldPath}.matchExpressions[${index}]`, causes);
  });
  items(term, 'matchFields').forEach((requirement, index) => {
    validateField(requirement, `${fieldPath}.matchFields[${index}]`, causes);
  });
}

function validateExpression(requirement: Decoded, fieldPath: string, causes: Causes): void {
  const operator = text(requirement, 'operator');
  const count = texts(requirement, 'values').length;
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (count === 0) causes.required(`${fieldPath}.values`, `${operator} requires at least one value`);
      break;
    case 'Exists':
    case 'DoesNotExist':
      if (count > 0) causes.forbidden(`${fieldPath}.values`, `${operator} does not allow values`);
      break;
    case 'Gt':
    case 'Lt':
      if (count !== 1) causes.required(`${fieldPath}.values`, `${operator} requires exactly one value`);
      break;
    default:
      causes.invalid(`${fieldPath}.operator`, operator, 'must be In, NotIn, Exists, DoesNotExist, Gt or Lt');
  }
  validateLabelKey(text(requirement, 'key'), `${fieldPath}.key`, causes);
}

function validateField(requirement: Decoded, fieldPath: string, causes: Causes): void {
  const operator = text(requirement, 'operator');
  const values = texts(requirement, 'values');
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length !== 1)
      causes.required(`${fieldPath}.values`, `${operator} requires exactly one value in matchFields`);
  } else {
    causes.invalid(`${fieldPath}.operator`, operator, 'must be In or NotIn');
  }
  const key = text(requirement, 'key');
  if (key !== 'metadata.name') {
    causes.invalid(`${fieldPath}.key`, key, 'must be metadata.name, the only supported field');
    return;
  }
  values.forEach((value, index) => {
    causes.invalidEach(`${fieldPath}.values[${index}]`, value, dnsSubdomainProblems(value));
  });
}
