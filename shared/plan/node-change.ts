/** Hypothetical changes of nodes, and how to parse them from command line arguments. Pure. */
import { RollcallError } from '../errors.ts';
import { labelValueProblems, qualifiedNameProblems } from '../kubernetes/label-syntax.ts';
import type { Node } from '../kubernetes/objects.ts';
import type { NodeTaint } from '../model/node-facts.ts';
import { parseTaint, parseTaintRemoval, type TaintRemoval } from './parse-taint.ts';

/** The nodes to change: one by name, or all that a Kubernetes label selector matches (`''`: all nodes). */
export type NodeTarget = { readonly name: string } | { readonly selector: string };

/** A change of an existing node. */
export type NodeAlteration =
  | { readonly op: 'setLabel'; readonly key: string; readonly value: string }
  | { readonly op: 'removeLabel'; readonly key: string }
  | { readonly op: 'addTaint'; readonly taint: NodeTaint }
  | { readonly op: 'removeTaint'; readonly taint: TaintRemoval }
  | { readonly op: 'cordon' }
  | { readonly op: 'drop' };

export type NodeChange =
  | (NodeAlteration & { readonly target: NodeTarget })
  /** The node is valid. */
  | { readonly op: 'add'; readonly node: Node };

/** Parses `key=value`. @throws RollcallError ARGUMENT_INVALID */
export function parseSetLabel(text: string): NodeAlteration {
  const equals = text.indexOf('=');
  if (equals === -1) throw usageError(text, 'use the form key=value');
  const [key, value] = [text.slice(0, equals), text.slice(equals + 1)];
  checkKey(text, key);
  const [problem] = labelValueProblems(value);
  if (problem !== undefined) throw usageError(text, `the value '${value}' ${problem}`);
  return { op: 'setLabel', key, value };
}

/** Parses a label key. As in kubectl, it may end with a minus. @throws RollcallError ARGUMENT_INVALID */
export function parseRemoveLabel(text: string): NodeAlteration {
  const key = text.replace(/-$/, '');
  if (key.includes('=')) throw usageError(text, `to remove a label, specify only its key: ${key.split('=')[0]}`);
  checkKey(text, key);
  return { op: 'removeLabel', key };
}

/** Parses `key=value:Effect` or `key:Effect`. @throws RollcallError ARGUMENT_INVALID */
export function parseAddTaint(text: string): NodeAlteration {
  return { op: 'addTaint', taint: parseTaint(text) };
}

/** Parses `key`, `key:Effect` or `key=value:Effect`. @throws RollcallError ARGUMENT_INVALID */
export function parseRemoveTaint(text: string): NodeAlteration {
  return { op: 'removeTaint', taint: parseTaintRemoval(text) };
}

function checkKey(text: string, key: string): void {
  const [problem] = qualifiedNameProblems(key);
  if (problem !== undefined) throw usageError(text, `the key '${key}' is not valid: ${problem}`);
}

function usageError(text: string, why: string): RollcallError {
  return new RollcallError('ARGUMENT_INVALID', `invalid label '${text}': ${why}`);
}
