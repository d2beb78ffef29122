/** What-ifs about nodes: what can be asked, and reading them from the words that people type. Pure. */
import { RollcallError } from '../errors.ts';
import { labelValueProblems, qualifiedNameProblems } from '../kubernetes/label-syntax.ts';
import type { Node } from '../kubernetes/objects.ts';
import type { NodeTaint } from '../model/node-facts.ts';
import { parseTaint, parseTaintRemoval, type TaintRemoval } from './parse-taint.ts';

/** Which nodes are meant: one by name, or all that a Kubernetes label selector chooses (`''`: every node). */
export type NodeTarget = { readonly name: string } | { readonly selector: string };

/** What happens to a node that is there. */
export type NodeAlteration =
  | { readonly op: 'setLabel'; readonly key: string; readonly value: string }
  | { readonly op: 'removeLabel'; readonly key: string }
  | { readonly op: 'addTaint'; readonly taint: NodeTaint }
  | { readonly op: 'removeTaint'; readonly taint: TaintRemoval }
  | { readonly op: 'cordon' }
  | { readonly op: 'drop' };

export type NodeChange =
  | (NodeAlteration & { readonly target: NodeTarget })
  /** The node has passed validation. */
  | { readonly op: 'add'; readonly node: Node };

/** Reads `key=value`. @throws RollcallError with one sentence. */
export function parseSetLabel(text: string): NodeAlteration {
  const equals = text.indexOf('=');
  if (equals === -1) throw usageError(text, 'write key=value');
  const [key, value] = [text.slice(0, equals), text.slice(equals + 1)];
  checkKey(text, key);
  const [problem] = labelValueProblems(value);
  if (problem !== undefined) throw usageError(text, `the value '${value}' ${problem}`);
  return { op: 'setLabel', key, value };
}

/** Reads a label's key, with or without kubectl's minus at its end. @throws RollcallError with one sentence. */
export function parseRemoveLabel(text: string): NodeAlteration {
  const key = text.replace(/-$/, '');
  if (key.includes('=')) throw usageError(text, `a label is removed by its key alone; write ${key.split('=')[0]}`);
  checkKey(text, key);
  return { op: 'removeLabel', key };
}

/** @throws RollcallError with one sentence. */
export function parseAddTaint(text: string): NodeAlteration {
  return { op: 'addTaint', taint: parseTaint(text) };
}

/** @throws RollcallError with one sentence. */
export function parseRemoveTaint(text: string): NodeAlteration {
  return { op: 'removeTaint', taint: parseTaintRemoval(text) };
}

function checkKey(text: string, key: string): void {
  const [problem] = qualifiedNameProblems(key);
  if (problem !== undefined) throw usageError(text, `the key '${key}': ${problem}`);
}

function usageError(text: string, why: string): RollcallError {
  return new RollcallError('ARGUMENT_INVALID', `the label '${text}' cannot be used: ${why}`);
}
