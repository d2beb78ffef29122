/** The user typed something that cannot be meant: said in one sentence, and the command ends with exit code 2. */
import { EXIT } from '../shared/errors.ts';

export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitCode = EXIT.error;
}
