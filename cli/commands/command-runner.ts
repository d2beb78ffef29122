/** How the action of a command gets its context and returns its exit code. */
import type { Context } from '../context.ts';

/** Returns the exit code; undefined means 0. */
export type Action = (
  context: Context,
  options: Readonly<Record<string, unknown>>,
  ...operands: string[]
) => Promise<number | undefined>;

/** Wraps an action in the callback that commander expects. */
export type CommandRunner = (action: Action) => (...given: unknown[]) => Promise<void>;
