/** Required node affinity: terms are ORed, and the requirements of a term are ANDed (component-helpers nodeaffinity.go). */
import type { Node } from '../kubernetes/objects.ts';
import { readEntry } from '../kubernetes/unvalidated-fields.ts';
import type { TermFields } from './daemon-set-fields.ts';
import { type Labels, nodeNameOf } from './node-reading.ts';
import {
  type CompiledRequirement,
  compileExpression,
  compileField,
  fieldValue,
  requirementMatches,
} from './requirement.ts';

export interface CompiledTerm {
  /** Index in nodeSelectorTerms. */
  readonly index: number;
  readonly expressions: readonly CompiledRequirement[];
  readonly fields: readonly CompiledRequirement[];
  /** False for a term without requirements or with an invalid requirement. Such a term never matches. */
  readonly usable: boolean;
}

export function compileTerm(term: TermFields, index: number): CompiledTerm {
  const expressions = term.matchExpressions.map(compileExpression);
  const fields = term.matchFields.map(compileField);
  const all = [...expressions, ...fields];
  return { index, expressions, fields, usable: all.length > 0 && all.every(({ problem }) => problem === '') };
}

/** Whether any term matches. `terms` must contain only usable terms. */
export function anyTermMatches(terms: readonly CompiledTerm[], labels: Labels, node: Node): boolean {
  for (let i = 0; i < terms.length; i++) {
    if (termMatches(terms[i] as CompiledTerm, labels, node)) return true;
  }
  return false;
}

/** The node's value for a requirement; `undefined` where the node does not have it. */
export function requirementValue(
  requirement: CompiledRequirement,
  labels: Labels,
  nodeName: string,
): string | undefined {
  if (requirement.list === 'matchExpressions') return readEntry(labels, requirement.key);
  return fieldValue(requirement.key, nodeName);
}

/** Kubernetes skips the matchFields of a term when the node has no name. */
export function fieldsAreSkipped(nodeName: string): boolean {
  return nodeName === '';
}

function termMatches(term: CompiledTerm, labels: Labels, node: Node): boolean {
  const { expressions, fields } = term;
  for (let i = 0; i < expressions.length; i++) {
    const requirement = expressions[i] as CompiledRequirement;
    if (!requirementMatches(requirement, readEntry(labels, requirement.key))) return false;
  }
  if (fields.length === 0) return true;
  const nodeName = nodeNameOf(node);
  if (fieldsAreSkipped(nodeName)) return true;
  for (let i = 0; i < fields.length; i++) {
    const requirement = fields[i] as CompiledRequirement;
    if (!requirementMatches(requirement, fieldValue(requirement.key, nodeName))) return false;
  }
  return true;
}
