/** Parses resource names: `daemonset/NAME`, `ds/NAMESPACE/NAME` and `node/NAME`. */
import type { Command } from 'commander';
import { nearestName } from '../shared/settings/did-you-mean.ts';
import { UsageError } from './usage-error.ts';

const DAEMON_SET_KINDS = ['daemonset', 'ds', 'daemonsets'];
const NODE_KINDS = ['node', 'no', 'nodes'];

export type Resource =
  | { readonly kind: 'daemonset'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'node'; readonly name: string };

export type DaemonSetName = Extract<Resource, { kind: 'daemonset' }>;
export type NodeName = Extract<Resource, { kind: 'node' }>;

/** `namespace` is the value of `--namespace`; `''` means all namespaces. @throws UsageError */
export function parseResource(text: string, namespace: string): Resource {
  const [typedKind = '', ...rest] = text.split('/');
  const kind = typedKind.toLowerCase();
  if (NODE_KINDS.includes(kind)) {
    const [name = ''] = rest;
    if (rest.length !== 1 || name === '') throw new UsageError(`'${text}' is not a valid node name; use node/NAME`);
    return { kind: 'node', name };
  }
  if (DAEMON_SET_KINDS.includes(kind)) return daemonSet(text, rest, namespace);
  if (rest.length === 0)
    throw new UsageError(`'${text}' is not a valid resource name; use daemonset/NAME or node/NAME`);
  const nearest = nearestName(kind, ['daemonset', 'node']);
  const hint =
    nearest === undefined ? 'use daemonset/NAME or node/NAME' : `did you mean ${[nearest, ...rest].join('/')}?`;
  throw new UsageError(`unknown resource type '${typedKind}'; ${hint}`);
}

/** Also accepts NAME and NAMESPACE/NAME. @throws UsageError for anything but a DaemonSet */
export function parseDaemonSetName(text: string, namespace: string): DaemonSetName {
  const resource = parseResource(startsLikeKind(text) ? text : `daemonset/${text}`, namespace);
  if (resource.kind === 'daemonset') return resource;
  throw new UsageError(`'${text}' is a node; specify a DaemonSet as daemonset/NAME`);
}

/** Also accepts NAME. @throws UsageError for anything but a node */
export function parseNodeName(text: string): NodeName {
  const resource = parseResource(text.includes('/') ? text : `node/${text}`, '');
  if (resource.kind === 'node') return resource;
  throw new UsageError(`'${text}' is a DaemonSet; specify a node as node/NAME`);
}

/** Whether the part before the first slash is a kind or a misspelled kind. */
function startsLikeKind(text: string): boolean {
  const [first = '', ...rest] = text.toLowerCase().split('/');
  return rest.length > 0 && nearestName(first, [...DAEMON_SET_KINDS, ...NODE_KINDS]) !== undefined;
}

function daemonSet(text: string, parts: readonly string[], given: string): DaemonSetName {
  const [name = '', namespace = given] = [...parts].reverse();
  if (parts.length < 1 || parts.length > 2 || parts.includes('')) {
    throw new UsageError(`'${text}' is not a valid DaemonSet name; use daemonset/NAME or daemonset/NAMESPACE/NAME`);
  }
  if (given !== '' && namespace !== given) {
    throw new UsageError(`'${text}' specifies namespace ${namespace}, but --namespace is ${given}; remove one of them`);
  }
  return { kind: 'daemonset', namespace, name };
}

/**
 * Inserts the command `node` or `daemonset` before a resource in the position of a command, so that
 * `rollcall node/X` means `rollcall node node/X`.
 * @throws UsageError for an unknown kind
 */
export function withResourceCommand(program: Command, argv: readonly string[]): string[] {
  const index = firstOperand(program, argv);
  const operand = argv[index];
  if (!operand?.includes('/')) return [...argv];
  return [...argv.slice(0, index), parseResource(operand, '').kind, ...argv.slice(index)];
}

/** The index of the first word that is neither an option nor the value of one. */
function firstOperand(program: Command, argv: readonly string[]): number {
  let index = 0;
  while (argv[index]?.startsWith('-')) {
    const option = program.options.find(({ short, long }) => argv[index] === short || argv[index] === long);
    index += option?.required ? 2 : 1;
  }
  return index;
}
