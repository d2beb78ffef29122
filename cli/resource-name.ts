/** Reads names of DaemonSets and nodes as people type them: `daemonset/NAME`, `ds/NAMESPACE/NAME`, `node/NAME`. */
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

/** `namespace` is the one of `--namespace`, or `''`: the name is then looked for in all. @throws UsageError */
export function parseResource(text: string, namespace: string): Resource {
  const [typedKind = '', ...rest] = text.split('/');
  const kind = typedKind.toLowerCase();
  if (NODE_KINDS.includes(kind)) {
    const [name = ''] = rest;
    if (rest.length !== 1 || name === '') throw new UsageError(`'${text}' names no node; write node/NAME`);
    return { kind: 'node', name };
  }
  if (DAEMON_SET_KINDS.includes(kind)) return daemonSet(text, rest, namespace);
  const nearest = rest.length === 0 ? undefined : nearestName(kind, ['daemonset', 'node']);
  const hint = nearest === undefined ? '' : `; did you mean ${[nearest, ...rest].join('/')}?`;
  throw new UsageError(`'${text}' is no daemonset/NAME and no node/NAME${hint}`);
}

/** Takes NAME and NAMESPACE/NAME too. @throws UsageError for anything but a DaemonSet */
export function parseDaemonSetName(text: string, namespace: string): DaemonSetName {
  const resource = parseResource(startsLikeKind(text) ? text : `daemonset/${text}`, namespace);
  if (resource.kind === 'daemonset') return resource;
  throw new UsageError(`'${text}' is a node; a DaemonSet is wanted here: daemonset/NAME`);
}

/** Takes a bare name too. @throws UsageError for anything but a node */
export function parseNodeName(text: string): NodeName {
  const resource = parseResource(text.includes('/') ? text : `node/${text}`, '');
  if (resource.kind === 'node') return resource;
  throw new UsageError(`'${text}' is a DaemonSet; a node is wanted here: node/NAME`);
}

/** Whether there is a kind before the first slash, or what was probably meant as one. */
function startsLikeKind(text: string): boolean {
  const [first = '', ...rest] = text.toLowerCase().split('/');
  return rest.length > 0 && nearestName(first, [...DAEMON_SET_KINDS, ...NODE_KINDS]) !== undefined;
}

function daemonSet(text: string, parts: readonly string[], given: string): DaemonSetName {
  const [name = '', namespace = given] = [...parts].reverse();
  if (parts.length < 1 || parts.length > 2 || parts.includes('')) {
    throw new UsageError(`'${text}' names no DaemonSet; write daemonset/NAME or daemonset/NAMESPACE/NAME`);
  }
  if (given !== '' && namespace !== given) {
    throw new UsageError(`'${text}' is in namespace ${namespace}, but --namespace says ${given}; leave one out`);
  }
  return { kind: 'daemonset', namespace, name };
}

/**
 * Puts the command `node` or `daemonset` before a resource that stands where a command should.
 * @throws UsageError for a resource of no known kind
 */
export function withResourceCommand(program: Command, argv: readonly string[]): string[] {
  const index = firstOperand(program, argv);
  const operand = argv[index];
  if (!operand?.includes('/')) return [...argv];
  return [...argv.slice(0, index), parseResource(operand, '').kind, ...argv.slice(index)];
}

/** The first word that is neither an option nor an option's value. */
function firstOperand(program: Command, argv: readonly string[]): number {
  let index = 0;
  while (argv[index]?.startsWith('-')) {
    const option = program.options.find(({ short, long }) => argv[index] === short || argv[index] === long);
    index += option?.required ? 2 : 1;
  }
  return index;
}
