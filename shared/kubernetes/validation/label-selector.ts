/** Validates label selectors and matches them with labels. */

import { isLabelValue, isQualifiedName } from '../label-syntax.ts';
import type { LabelSelector, Requirement } from '../objects.ts';
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { items, text, textMap, texts } from './decoded.ts';
import { validateLabels } from './object-meta.ts';
import { validateLabelKey } from './syntax.ts';

export function validateLabelSelector(selector: Decoded | undefined, fieldPath: string, causes: Causes): void {
  if (selector === undefined) return;
  validateLabels(textMap(selector, 'matchLabels'), `${fieldPath}.matchLabels`, causes);
  items(selector, 'matchExpressions').forEach((requirement, index) => {
    validateRequirement(requirement, `${fieldPath}.matchExpressions[${index}]`, causes);
  });
}

function validateRequirement(requirement: Decoded, fieldPath: string, causes: Causes): void {
  const values = texts(requirement, 'values');
  const operator = text(requirement, 'operator');
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) causes.required(`${fieldPath}.values`, `${operator} requires at least one value`);
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) causes.forbidden(`${fieldPath}.values`, `${operator} does not allow values`);
  } else {
    causes.invalid(`${fieldPath}.operator`, operator, 'must be In, NotIn, Exists or DoesNotExist');
  }
  validateLabelKey(text(requirement, 'key'), `${fieldPath}.key`, causes);
}

/**
 * Whether the selector matches `labels`. A missing selector matches nothing, an empty one everything. `null` where
 * the selector is not valid, which is reported separately.
 */
export function selectsLabels(
  selector: LabelSelector | undefined,
  labels: Readonly<Record<string, string>>,
): boolean | null {
  if (selector === undefined) return false;
  const matchLabels = Object.entries(selector.matchLabels ?? {});
  const requirements = selector.matchExpressions ?? [];
  const usable =
    matchLabels.every(([key, value]) => isQualifiedName(key) && isLabelValue(value)) && requirements.every(isUsable);
  if (!usable) return null;
  return (
    matchLabels.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value) &&
    requirements.every((requirement) => holds(requirement, labels))
  );
}

function isUsable({ key = '', operator, values = [] }: Requirement): boolean {
  if (!isQualifiedName(key) || !values.every(isLabelValue)) return false;
  if (operator === 'In' || operator === 'NotIn') return values.length > 0;
  return (operator === 'Exists' || operator === 'DoesNotExist') && values.length === 0;
}

function holds({ key = '', operator, values = [] }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    default:
      return value === undefined;
  }
}
