/** The options that name moments of the past: `--at` for a question, two of them for a stretch of time. */
import { type Command, Option } from 'commander';

const FORMS = '2026-03-14T15:09 (local time), 2026-03-14T15:09Z, 2026-03-14, -2h, -3d, revision:12345';

export function atOption(): Option {
  return new Option('--at <moment>', `as it was then: ${FORMS}`);
}

export interface AtOptions {
  readonly at?: string;
}

export function fromOption(description: string): Option {
  return new Option('--from <moment>', `${description}: ${FORMS}`);
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
    .option('--since <time>', 'only rows recorded then or later: 2026-03-14T15:09 (local time), 2026-03-14, -2h, -3d')
    .option('--until <time>', 'only rows recorded before then');
}
