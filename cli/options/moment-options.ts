/** The options for moments and time ranges: `--at`, `--from`, `--to`, `--since` and `--until`. */
import { type Command, Option } from 'commander';

const FORMS = 'for example 2026-03-14T15:09 (local time), 2026-03-14T15:09Z, 2026-03-14, -2h or revision:12345';

export function atOption(): Option {
  return new Option('--at <moment>', `Use the state at this moment, ${FORMS}`);
}

export interface AtOptions {
  readonly at?: string;
}

export function fromOption(description: string): Option {
  return new Option('--from <moment>', `${description}, ${FORMS}`);
}

export function toOption(description: string): Option {
  return new Option('--to <moment>', description);
}

export interface RangeOptions {
  readonly from?: string;
  readonly to?: string;
}

export function addTimeRangeOptions(command: Command): Command {
  return command
    .option(
      '--since <time>',
      'Only events recorded at or after this time, for example 2026-03-14T15:09 (local time), 2026-03-14 or -2h',
    )
    .option('--until <time>', 'Only events recorded before this time');
}
