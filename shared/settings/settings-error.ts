/** An invalid setting. The message is one sentence: which setting, where it was set, and what to change. */
import { EXIT } from '../errors.ts';

export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  /** Exit code of the program. */
  readonly exitCode = EXIT.error;
}
