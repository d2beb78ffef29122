/** Lets `rollcall node/X` and `rollcall daemonset/X` stand for themselves: the command is their kind. */
import type { Command } from 'commander';
import { parseResource } from './resource-name.ts';

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
