/** Parses taints in the syntax of `kubectl taint`, to add or to remove them. Pure. */
import { RollcallError } from '../errors.ts';
import { labelValueProblems, qualifiedNameProblems } from '../kubernetes/label-syntax.ts';
import type { NodeTaint } from '../model/node-facts.ts';
import { nearestName } from '../settings/did-you-mean.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** The taints to remove: those with this key and this effect; `''` matches any effect. */
export interface TaintRemoval {
  readonly key: string;
  readonly effect: string;
}

/** Parses `key=value:Effect` or `key:Effect`. @throws RollcallError ARGUMENT_INVALID */
export function parseTaint(text: string): NodeTaint {
  const { key, value, effect } = split(text, 'key=value:Effect or key:Effect');
  if (effect === '')
    throw usageError(text, `it has no effect; add one, for example ${key || 'key'}${asValue(value)}:NoSchedule`);
  return { key, value, effect };
}

/**
 * Parses `key`, `key:Effect` or `key=value:Effect`, each with an optional minus at the end. As in kubectl, the value is
 * ignored.
 * @throws RollcallError ARGUMENT_INVALID
 */
export function parseTaintRemoval(text: string): TaintRemoval {
  const { key, effect } = split(text.replace(/-$/, ''), 'key, key:Effect or key=value:Effect');
  return { key, effect };
}

function split(text: string, form: string): NodeTaint {
  const match = /^([^=:]+)(?:=([^=:]*))?(?::([^=:]*))?$/.exec(text);
  if (match === null) throw usageError(text, `use the form ${form}`);
  const [, key = '', value = '', effect = ''] = match;
  const [keyProblem] = qualifiedNameProblems(key);
  if (keyProblem !== undefined) throw usageError(text, `the key '${key}' is not valid: ${keyProblem}`);
  const [valueProblem] = labelValueProblems(value);
  if (valueProblem !== undefined) throw usageError(text, `the value '${value}' is not valid: it ${valueProblem}`);
  if (effect !== '' && !EFFECTS.includes(effect)) {
    const nearest = nearestName(effect, EFFECTS);
    const hint = nearest === undefined ? `use ${EFFECTS.join(', ')}` : `did you mean ${nearest}?`;
    throw usageError(text, `'${effect}' is not a valid effect; ${hint}`);
  }
  return { key, value, effect };
}

function asValue(value: string): string {
  return value === '' ? '' : `=${value}`;
}

function usageError(text: string, why: string): RollcallError {
  return new RollcallError('ARGUMENT_INVALID', `invalid taint '${text}': ${why}`);
}
