/** Reads taints as `kubectl taint` takes them, for adding and for removing. Pure. */
import { RollcallError } from '../errors.ts';
import { labelValueProblems, qualifiedNameProblems } from '../kubernetes/label-syntax.ts';
import type { NodeTaint } from '../model/node-facts.ts';
import { nearestName } from '../settings/did-you-mean.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** Which taints to remove: those of this key, and of this effect where it is not `''`. */
export interface TaintRemoval {
  readonly key: string;
  readonly effect: string;
}

/** Reads `key=value:Effect` or `key:Effect`. @throws RollcallError with one sentence. */
export function parseTaint(text: string): NodeTaint {
  const { key, value, effect } = split(text, 'key=value:Effect or key:Effect');
  if (effect === '') throw usageError(text, `an effect is missing; write ${key || 'key'}${asValue(value)}:NoSchedule`);
  return { key, value, effect };
}

/**
 * Reads `key`, `key:Effect` or `key=value:Effect`, each with or without the minus at its end. A value
 * is allowed and, as in kubectl, plays no part.
 * @throws RollcallError with one sentence.
 */
export function parseTaintRemoval(text: string): TaintRemoval {
  const { key, effect } = split(text.replace(/-$/, ''), 'key, key:Effect or key=value:Effect');
  return { key, effect };
}

function split(text: string, form: string): NodeTaint {
  const match = /^([^=:]+)(?:=([^=:]*))?(?::([^=:]*))?$/.exec(text);
  if (match === null) throw usageError(text, `write ${form}`);
  const [, key = '', value = '', effect = ''] = match;
  const [keyProblem] = qualifiedNameProblems(key);
  if (keyProblem !== undefined) throw usageError(text, `the key '${key}' is not legal: ${keyProblem}`);
  const [valueProblem] = labelValueProblems(value);
  if (valueProblem !== undefined) throw usageError(text, `the value '${value}' is not legal: it ${valueProblem}`);
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
  return new RollcallError('ARGUMENT_INVALID', `the taint '${text}' cannot be used: ${why}`);
}
