/** Validates the update strategy of a DaemonSet. */
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { child, text } from './decoded.ts';
import { NOT_NEGATIVE, validateOneOf } from './syntax.ts';

const PERCENTAGE = /^[0-9]+%$/;

/**
 * Validates the strategy after defaulting. For `maxUnavailable: 0` without maxSurge, old API servers report Invalid
 * and new ones Required. This reports Invalid.
 */
export function validateUpdateStrategy(strategy: Decoded, fieldPath: string, causes: Causes): void {
  const type = text(strategy, 'type');
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') {
    validateOneOf(type, ['RollingUpdate', 'OnDelete'], fieldPath, causes);
    return;
  }
  const { maxUnavailable = 1, maxSurge = 0 } = child(strategy, 'rollingUpdate') ?? {};
  const path = `${fieldPath}.rollingUpdate`;
  validateAmount(maxUnavailable, `${path}.maxUnavailable`, causes);
  validateAmount(maxSurge, `${path}.maxSurge`, causes);
  if (!isZero(maxUnavailable) && !isZero(maxSurge)) {
    causes.invalid(`${path}.maxSurge`, maxSurge, 'must be 0 unless maxUnavailable is 0 (the default is 1)');
  } else if (isZero(maxUnavailable) && isZero(maxSurge)) {
    causes.invalid(`${path}.maxUnavailable`, maxUnavailable, 'must not be 0 unless maxSurge is greater than 0');
  }
}

function validateAmount(amount: unknown, fieldPath: string, causes: Causes): void {
  if (typeof amount === 'number') {
    if (amount < 0) causes.invalid(fieldPath, amount, NOT_NEGATIVE);
  } else if (!PERCENTAGE.test(String(amount))) {
    causes.invalid(fieldPath, amount, 'must be an integer or a percentage such as 10%');
  } else if (Number.parseInt(String(amount), 10) > 100) {
    causes.invalid(fieldPath, amount, 'must not exceed 100%');
  }
}

/** A string that is neither a number nor a percentage counts as zero. */
function isZero(amount: unknown): boolean {
  return !/^(?:[+-]?[0-9]+|[0-9]+%)$/.test(String(amount)) || Number.parseInt(String(amount), 10) === 0;
}
