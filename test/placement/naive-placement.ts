/**
 * A second, naive implementation of the placement rules of Kubernetes, as an oracle for the engine. It must not
 * share code with the engine.
 */

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface NaiveAnswer {
  readonly shouldRun: boolean;
  readonly shouldContinueRunning: boolean;
}

export function naivePlacement(daemonSet: unknown, node: unknown): NaiveAnswer {
  const podSpec = at(daemonSet, 'spec', 'template', 'spec');
  const nodeName = text(at(node, 'metadata', 'name'));
  const labels = mapOf(at(node, 'metadata', 'labels'));

  const templateNodeName = text(at(podSpec, 'nodeName'));
  if (templateNodeName !== '' && templateNodeName !== nodeName) return answer(false, false);

  for (const [key, value] of mapOf(at(podSpec, 'nodeSelector'))) {
    if (labels.get(key) !== value) return answer(false, false);
  }

  const required = at(podSpec, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  if (isMap(required)) {
    const terms = list(at(required, 'nodeSelectorTerms'));
    if (!terms.some((term) => naiveTermMatches(term, labels, nodeName))) return answer(false, false);
  }

  const tolerations = [...list(at(podSpec, 'tolerations'))];
  for (const automatic of naiveAutomaticTolerations(at(podSpec, 'hostNetwork') === true)) tolerations.push(automatic);
  const untoleratedEffects: string[] = [];
  for (const taint of list(at(node, 'spec', 'taints'))) {
    if (tolerations.some((toleration) => naiveTolerates(toleration, taint))) continue;
    untoleratedEffects.push(text(at(taint, 'effect')));
  }
  if (untoleratedEffects.includes('NoExecute')) return answer(false, false);
  if (untoleratedEffects.includes('NoSchedule')) return answer(false, true);
  return answer(true, true);
}

function answer(shouldRun: boolean, shouldContinueRunning: boolean): NaiveAnswer {
  return { shouldRun, shouldContinueRunning };
}

function naiveTermMatches(term: Json | undefined, labels: Map<string, string>, nodeName: string): boolean {
  const expressions = list(at(term, 'matchExpressions'));
  const fields = list(at(term, 'matchFields'));
  if (expressions.length === 0 && fields.length === 0) return false;
  if (!expressions.every(naiveExpressionIsLegal)) return false;
  if (!fields.every(naiveFieldIsLegal)) return false;
  if (!expressions.every((expression) => naiveExpressionMatches(expression, labels))) return false;
  if (nodeName === '') return true;
  return fields.every((field) => naiveFieldMatches(field, nodeName));
}

function naiveExpressionIsLegal(expression: Json): boolean {
  const values = list(at(expression, 'values')).map(text);
  if (!naiveLabelKeyIsLegal(text(at(expression, 'key')))) return false;
  if (!values.every(naiveLabelValueIsLegal)) return false;
  const operator = text(at(expression, 'operator'));
  if (operator === 'In' || operator === 'NotIn') return values.length >= 1;
  if (operator === 'Exists' || operator === 'DoesNotExist') return values.length === 0;
  if (operator === 'Gt' || operator === 'Lt') return values.length === 1 && naiveInteger(values[0] as string) !== null;
  return false;
}

function naiveExpressionMatches(expression: Json, labels: Map<string, string>): boolean {
  const values = list(at(expression, 'values')).map(text);
  const value = labels.get(text(at(expression, 'key')));
  const operator = text(at(expression, 'operator'));
  if (operator === 'In') return value !== undefined && values.includes(value);
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  if (value === undefined) return false;
  const found = naiveInteger(value);
  const bound = naiveInteger(values[0] as string);
  if (found === null || bound === null) return false;
  return operator === 'Gt' ? found > bound : found < bound;
}

function naiveFieldIsLegal(field: Json): boolean {
  const operator = text(at(field, 'operator'));
  return (operator === 'In' || operator === 'NotIn') && list(at(field, 'values')).length === 1;
}

function naiveFieldMatches(field: Json, nodeName: string): boolean {
  const found = text(at(field, 'key')) === 'metadata.name' ? nodeName : '';
  const equal = text(list(at(field, 'values'))[0]) === found;
  return text(at(field, 'operator')) === 'In' ? equal : !equal;
}

function naiveTolerates(toleration: Json, taint: Json): boolean {
  const effect = text(at(toleration, 'effect'));
  if (effect !== '' && effect !== text(at(taint, 'effect'))) return false;
  const key = text(at(toleration, 'key'));
  if (key !== '' && key !== text(at(taint, 'key'))) return false;
  const operator = text(at(toleration, 'operator'));
  if (operator === 'Exists') return true;
  if (operator === '' || operator === 'Equal') return text(at(toleration, 'value')) === text(at(taint, 'value'));
  return false;
}

function naiveAutomaticTolerations(hostNetwork: boolean): Json[] {
  const kubernetes = 'node.kubernetes.io';
  return [
    { key: `${kubernetes}/not-ready`, operator: 'Exists', effect: 'NoExecute' },
    { key: `${kubernetes}/unreachable`, operator: 'Exists', effect: 'NoExecute' },
    { key: `${kubernetes}/disk-pressure`, operator: 'Exists', effect: 'NoSchedule' },
    { key: `${kubernetes}/memory-pressure`, operator: 'Exists', effect: 'NoSchedule' },
    { key: `${kubernetes}/pid-pressure`, operator: 'Exists', effect: 'NoSchedule' },
    { key: `${kubernetes}/unschedulable`, operator: 'Exists', effect: 'NoSchedule' },
    ...(hostNetwork ? [{ key: `${kubernetes}/network-unavailable`, operator: 'Exists', effect: 'NoSchedule' }] : []),
  ];
}

function naiveInteger(written: string): bigint | null {
  const sign = written[0] === '-' || written[0] === '+' ? written[0] : '';
  const digits = written.slice(sign.length);
  if (digits === '' || [...digits].some((digit) => !'0123456789'.includes(digit))) return null;
  const value = BigInt(digits) * (sign === '-' ? -1n : 1n);
  return BigInt.asIntN(64, value) === value ? value : null;
}

const LETTERS_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

function naiveNameIsLegal(name: string): boolean {
  const characters = [...name];
  return (
    characters.length >= 1 &&
    characters.length <= 63 &&
    characters.every((character) => `${LETTERS_AND_DIGITS}-_.`.includes(character)) &&
    LETTERS_AND_DIGITS.includes(characters[0] as string) &&
    LETTERS_AND_DIGITS.includes(characters.at(-1) as string)
  );
}

function naiveLabelValueIsLegal(value: string): boolean {
  return value === '' || naiveNameIsLegal(value);
}

function naiveLabelKeyIsLegal(key: string): boolean {
  const parts = key.split('/');
  if (parts.length === 1) return naiveNameIsLegal(key);
  const [prefix, name] = parts as [string, string];
  return (
    parts.length === 2 &&
    prefix.length <= 253 &&
    prefix.split('.').every(naiveDnsLabelIsLegal) &&
    naiveNameIsLegal(name)
  );
}

function naiveDnsLabelIsLegal(label: string): boolean {
  return (
    label !== '' &&
    !label.startsWith('-') &&
    !label.endsWith('-') &&
    [...label].every((character) => 'abcdefghijklmnopqrstuvwxyz0123456789-'.includes(character))
  );
}

/** The value at a path; `undefined` if a part of the path is missing or not an object. */
function at(value: unknown, ...path: string[]): Json | undefined {
  let current = value as Json | undefined;
  for (const step of path) {
    if (!isMap(current)) return undefined;
    current = new Map(Object.entries(current)).get(step);
  }
  return current;
}

function isMap(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** Any value that is not a string becomes the empty string, as null does in Kubernetes. */
function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function mapOf(value: Json | undefined): Map<string, string> {
  return new Map(isMap(value) ? Object.entries(value).map(([key, entry]) => [key, text(entry)]) : []);
}
