/** Parses `--since`, which is inclusive, and `--until`, which is exclusive. */
import { timeToWire } from '../../shared/rpc/wire-time.ts';
import { UsageError } from '../usage-error.ts';
import { type Here, parseTime } from './parse-moment.ts';

export interface TimeRangeOptions {
  readonly since?: string;
  readonly until?: string;
}

/** Milliseconds since 1970. */
export interface TimeRange {
  readonly sinceMs?: number;
  readonly untilMs?: number;
}

/** @throws UsageError */
export function parseTimeRange({ since, until }: TimeRangeOptions, here: Here): TimeRange {
  const sinceMs = since === undefined ? undefined : parseTime(since, '--since', here);
  const untilMs = until === undefined ? undefined : parseTime(until, '--until', here);
  if (sinceMs !== undefined && untilMs !== undefined && sinceMs >= untilMs) {
    throw new UsageError(`--since ${since} must be before --until ${until}`);
  }
  return { ...(sinceMs !== undefined && { sinceMs }), ...(untilMs !== undefined && { untilMs }) };
}

export function timeRangeToWire({ sinceMs, untilMs }: TimeRange) {
  return {
    ...(sinceMs !== undefined && { sinceTime: timeToWire(sinceMs) }),
    ...(untilMs !== undefined && { untilTime: timeToWire(untilMs) }),
  };
}
