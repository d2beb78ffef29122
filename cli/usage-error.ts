/** An error in what the user typed. The program prints its message as one sentence and exits with code 2. */
import { EXIT } from '../shared/errors.ts';

export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitCode = EXIT.error;
}

/** `option` is the option or operand that has the value, for example `--at`; `reason` completes the sentence. */
export function invalidValue(value: string, option: string, reason: string): UsageError {
  return new UsageError(`invalid value '${value}' for ${option}: ${reason}`);
}
