/**
 * Required node affinity: terms are alternatives, and within a term everything must match
 * (component-helpers nodeaffinity.go).
 */
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
  /** Its place in nodeSelectorTerms. */
  readonly index: number;
  readonly expressions: readonly CompiledRequirement[];
  readonly fields: readonly CompiledRequirement[];
  /** False for a term without requirements and for one with any requirement that cannot be used: neither ever matches. */
  readonly usable: boolean;
}

export function compileTerm(term: TermFields, index: number): CompiledTerm {
  const expressions = term.matchExpressions.map(compileExpression);
  const fields = term.matchFields.map(compileField);
  const all = [...expressions, ...fields];
  return { index, expressions, fields, usable: all.length > 0 && all.every(({ problem }) => problem === '') };
}

/** Whether any of the terms matches; `terms` holds usable ones only. */
export function anyTermMatches(terms: readonly CompiledTerm[], labels: Labels, node: Node): boolean {
  for (let i = 0; i < terms.length; i++) {
    if (termMatches(terms[i] as CompiledTerm, labels, node)) return true;
  }
  return false;
}

/** The value of what a requirement asks for; `undefined` where the node lacks it. */
export function requirementValue(
  requirement: CompiledRequirement,
  labels: Labels,
  nodeName: string,
): string | undefined {
  if (requirement.list === 'matchExpressions') return readEntry(labels, requirement.key);
  return fieldValue(requirement.key, nodeName);
}

/** Kubernetes skips the fields of a term when the node has no name to hold against them. */
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
