/** A user's mistake in a setting, said in one sentence: which setting, where it was set, what to change. */
import { EXIT } from '../errors.ts';

export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  /** What the program ends with. */
  readonly exitCode = EXIT.error;
}
