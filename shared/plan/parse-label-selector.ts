/** Parses label selectors in the syntax of kubectl (`a=b,c!=d,e in (x,y),!f`) and matches them. Pure. */
import { RollcallError } from '../errors.ts';
import { labelValueProblems, qualifiedNameProblems } from '../kubernetes/label-syntax.ts';

type Labels = Readonly<Record<string, string>>;
type Operator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | '>' | '<';

interface SelectorRequirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** Whether the selector matches a node with these labels. */
export type LabelSelectorMatch = (labels: Labels) => boolean;

/**
 * An empty selector matches every node. As in Kubernetes (apimachinery labels/selector.go), a negative requirement
 * (`!=`, `notin`) also matches nodes without the label.
 * @throws RollcallError ARGUMENT_INVALID, whose message names the requirement.
 */
export function parseLabelSelector(text: string): LabelSelectorMatch {
  const requirements = splitRequirements(text).map((part) => parseRequirement(part, text));
  return (labels) => requirements.every((requirement) => isMet(requirement, labels));
}

/** Splits at commas outside parentheses. */
function splitRequirements(text: string): string[] {
  if (text.trim() === '') return [];
  const parts: string[] = [];
  let start = 0;
  let isInside = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '(') isInside = true;
    else if (character === ')') isInside = false;
    else if (character === ',' && !isInside) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts;
}

const SET_REQUIREMENT = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/;
const COMPARISON = /^([^\s=!<>()]+)\s*(==|=|!=|>|<)\s*([^\s=!<>()]*)$/;
const EXISTENCE = /^(!?)\s*([^\s=!<>()]+)$/;

function parseRequirement(part: string, text: string): SelectorRequirement {
  const requirement = matchRequirement(part);
  if (requirement === null) {
    const forms = 'key, !key, key=value, key!=value, key in (a,b), key notin (a,b), key>1 or key<1';
    throw usageError(text, `${part === '' ? 'a requirement' : `'${part}'`} is not one of: ${forms}`);
  }
  checkSyntax(requirement, text);
  return requirement;
}

function matchRequirement(part: string): SelectorRequirement | null {
  const set = SET_REQUIREMENT.exec(part);
  if (set !== null) {
    const [, key = '', operator = '', values = ''] = set;
    return { key, operator: operator as Operator, values: values.split(',').map((value) => value.trim()) };
  }
  const comparison = COMPARISON.exec(part);
  if (comparison !== null) {
    const [, key = '', operator = '', value = ''] = comparison;
    return { key, operator: operator as Operator, values: [value] };
  }
  const existence = EXISTENCE.exec(part);
  return existence && { key: existence[2] ?? '', operator: existence[1] === '!' ? '!' : 'exists', values: [] };
}

function checkSyntax({ key, operator, values }: SelectorRequirement, text: string): void {
  const [keyProblem] = qualifiedNameProblems(key);
  if (keyProblem !== undefined)
    throw usageError(text, `the label key '${key}' is not valid: its ${subject(keyProblem)}`);
  for (const value of values) {
    const [problem] = labelValueProblems(value);
    if (problem !== undefined) throw usageError(text, `the label value '${value}' is not valid: it ${problem}`);
    if ((operator === '>' || operator === '<') && !/^-?\d+$/.test(value)) {
      throw usageError(text, `${key}${operator} requires an integer, not '${value}'`);
    }
  }
}

function subject(problem: string): string {
  return problem.startsWith('name part') || problem.startsWith('prefix part') ? problem : `name ${problem}`;
}

function isMet({ key, operator, values }: SelectorRequirement, labels: Labels): boolean {
  const found = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case '=':
    case '==':
    case 'in':
      return found !== undefined && values.includes(found);
    case '!=':
    case 'notin':
      return found === undefined || !values.includes(found);
    case 'exists':
      return found !== undefined;
    case '!':
      return found === undefined;
    case '>':
    case '<':
      return found !== undefined && isBeyond(found, operator, values[0] ?? '');
  }
}

/** A label value that is not an integer is neither greater nor less. */
function isBeyond(found: string, operator: '>' | '<', limit: string): boolean {
  if (!/^[-+]?\d+$/.test(found)) return false;
  const [left, right] = [BigInt(found.replace('+', '')), BigInt(limit)];
  return operator === '>' ? left > right : left < right;
}

function usageError(text: string, why: string): RollcallError {
  return new RollcallError('ARGUMENT_INVALID', `invalid label selector '${text}': ${why}`);
}
