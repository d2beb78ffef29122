/** How the action of a command gets its context and returns its exit code. */
import type { Context } from '../context.ts';

/** Returns the exit code; nothing means 0. */
export type Action = (
  context: Context,
  options: Readonly<Record<string, unknown>>,
  ...operands: string[]
) => Promise<number | undefined>;

/** Turns an action into what commander calls. */
export type CommandRunner = (action: Action) => (...given: unknown[]) => Promise<void>;
