/**
 * One requirement of a node selector term: whether it is valid, and whether the value of a label or field
 * meets it (apimachinery labels/selector.go; component-helpers nodeaffinity.go).
 */
import { labelValueProblems, qualifiedNameProblems } from '../kubernetes/label-syntax.ts';
import type { RequirementFields } from './daemon-set-fields.ts';
import { parseInt64 } from './int64.ts';

export type RequirementList = 'matchExpressions' | 'matchFields';

export interface CompiledRequirement {
  readonly list: RequirementList;
  /** Index in that list. */
  readonly index: number;
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
  /** The same values, if there are enough of them that a set is faster; otherwise `null`. */
  readonly valueSet: ReadonlySet<string> | null;
  /** The operand of `Gt` or `Lt`; 0 for every other operator. */
  readonly bound: number | bigint;
  /** Why the requirement is not valid, as a clause; `''` where it is valid. */
  readonly problem: string;
}

/** Up to this number of values, comparing one by one is faster than a set. */
const LISTED_VALUES_MAX = 8;

/** The only node field that matchFields supports. */
export const NODE_NAME_FIELD = 'metadata.name';

export function compileExpression(fields: RequirementFields, index: number): CompiledRequirement {
  const compares = fields.operator === 'Gt' || fields.operator === 'Lt';
  return {
    ...fields,
    list: 'matchExpressions',
    index,
    valueSet: fields.values.length > LISTED_VALUES_MAX ? new Set(fields.values) : null,
    bound: (compares && parseInt64(fields.values[0] ?? '')) || 0,
    problem: expressionProblem(fields),
  };
}

export function compileField(fields: RequirementFields, index: number): CompiledRequirement {
  return { ...fields, list: 'matchFields', index, valueSet: null, bound: 0, problem: fieldProblem(fields) };
}

/**
 * Whether a value meets a valid requirement.
 *
 * @param value the node's value for the key of the requirement; `undefined` where the node does not have it
 */
export function requirementMatches(requirement: CompiledRequirement, value: string | undefined): boolean {
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && hasValue(requirement, value);
    case 'NotIn':
      return value === undefined || !hasValue(requirement, value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt': {
      const number = value === undefined ? null : parseInt64(value);
      return number !== null && number > requirement.bound;
    }
    case 'Lt': {
      const number = value === undefined ? null : parseInt64(value);
      return number !== null && number < requirement.bound;
    }
    default:
      return false;
  }
}

function hasValue({ values, valueSet }: CompiledRequirement, value: string): boolean {
  return valueSet === null ? values.includes(value) : valueSet.has(value);
}

/** As in Kubernetes, every field except the name exists and is empty. */
export function fieldValue(key: string, nodeName: string): string {
  return key === NODE_NAME_FIELD ? nodeName : '';
}

function expressionProblem({ key, operator, values }: RequirementFields): string {
  const [keyProblem] = qualifiedNameProblems(key);
  if (keyProblem !== undefined) return `key '${key}' is not a valid label key: ${keyProblem}`;
  const countProblem = valueCountProblem(operator, values.length);
  if (countProblem !== '') return countProblem;
  if ((operator === 'Gt' || operator === 'Lt') && parseInt64(values[0] ?? '') === null) {
    return `${operator} compares integers, but '${values[0]}' is not a 64-bit integer`;
  }
  for (const value of values) {
    const [valueProblem] = labelValueProblems(value);
    if (valueProblem !== undefined) return `value '${value}' is not a valid label value: ${valueProblem}`;
  }
  return '';
}

function valueCountProblem(operator: string, count: number): string {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return count > 0 ? '' : `${operator} requires at least one value`;
    case 'Exists':
    case 'DoesNotExist':
      return count === 0 ? '' : `${operator} does not allow values`;
    case 'Gt':
    case 'Lt':
      return count === 1 ? '' : `${operator} requires exactly one value, not ${count}`;
    default:
      return `operator '${operator}' is not one of In, NotIn, Exists, DoesNotExist, Gt, Lt`;
  }
}

function fieldProblem({ operator, values }: RequirementFields): string {
  if (operator !== 'In' && operator !== 'NotIn') {
    return `operator '${operator}' is not supported in matchFields; use In or NotIn`;
  }
  return values.length === 1 ? '' : `${operator} in matchFields requires exactly one value, not ${values.length}`;
}
