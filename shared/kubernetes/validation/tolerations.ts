/** Validates tolerations and node taints. */

import { labelValueProblems } from '../label-syntax.ts';
import type { Causes } from '../status-cause.ts';
import type { Decoded } from './decoded.ts';
import { optionalInteger, text } from './decoded.ts';
import { validateLabelKey, validateOneOf } from './syntax.ts';

const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateTolerations(tolerations: readonly Decoded[], fieldPath: string, causes: Causes): void {
  tolerations.forEach((toleration, index) => validateToleration(toleration, `${fieldPath}[${index}]`, causes));
}

function validateToleration(toleration: Decoded, fieldPath: string, causes: Causes): void {
  const key = text(toleration, 'key');
  const operator = text(toleration, 'operator');
  const effect = text(toleration, 'effect');
  if (key !== '') validateLabelKey(key, `${fieldPath}.key`, causes);
  else if (operator !== 'Exists') {
    causes.invalid(`${fieldPath}.operator`, operator, 'must be Exists when the key is empty');
  }
  if (optionalInteger(toleration, 'tolerationSeconds') !== undefined && effect !== 'NoExecute') {
    causes.invalid(`${fieldPath}.effect`, effect, 'must be NoExecute when tolerationSeconds is set');
  }
  validateTolerationValue(operator, text(toleration, 'value'), `${fieldPath}.operator`, causes);
  if (effect !== '') validateOneOf(effect, TAINT_EFFECTS, `${fieldPath}.effect`, causes);
}

/** Like the API server, reports problems of the value at the operator. */
function validateTolerationValue(operator: string, value: string, fieldPath: string, causes: Causes): void {
  if (operator === '' || operator === 'Equal') causes.invalidEach(fieldPath, value, labelValueProblems(value));
  else if (operator !== 'Exists') causes.notSupported(fieldPath, operator, ['Equal', 'Exists']);
  else if (value !== '') causes.invalid(fieldPath, value, 'must not be set when the operator is Exists');
}

/** The combination of key and effect must be unique. */
export function validateTaints(taints: readonly Decoded[], fieldPath: string, causes: Causes): void {
  const seen = new Set<string>();
  taints.forEach((taint, index) => {
    const path = `${fieldPath}[${index}]`;
    const key = text(taint, 'key');
    const effect = text(taint, 'effect');
    validateLabelKey(key, `${path}.key`, causes);
    causes.invalidEach(`${path}.value`, text(taint, 'value'), labelValueProblems(text(taint, 'value')));
    if (effect === '') causes.required(`${path}.effect`, `one of ${TAINT_EFFECTS.join(', ')} is required`);
    else validateOneOf(effect, TAINT_EFFECTS, `${path}.effect`, causes);
    const pair = `${key}:${effect}`;
    if (seen.has(pair)) causes.duplicate(path, pair);
    seen.add(pair);
  });
}
